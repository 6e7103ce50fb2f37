//! The wiring: the only place where adapters meet domains.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use anyhow::Context as _;
use billers::{BillerHub, HttpBillers};
use channel::Channel;
use corebank::{ClearingHouse, CoreBank, EmbeddedCore, Stub};
use couriers::{SmsGateway, WeChatCourier};
use identity::Identity;
use kit::bus::Bus;
use kit::cache::Cache;
use kit::clock::Clock;
use kit::cx::{Cx, Parts};
use kit::db::{Db, Options};
use kit::ids::Ids;
use kit::jobs::{Handler, Worker};
use kit::keys::{self, MasterKey};
use kit::random::Random;
use kit::tasks::Tasks;
use office::Office;
use outreach::Outreach;
use payments::{PayIns, Payments};
use rails::wechat::WeChatPay;

use crate::config::Config;
use crate::core::{self, cores};
use crate::{feed, migrations, pay, reactions, say};

/// Whether this is the demo bank with its sandbox world, or a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Demo,
    Production,
}

/// What lies outside: the core and the couriers, as adapters.
#[derive(Clone)]
pub struct Outside {
    pub core: Arc<dyn CoreBank>,
    pub sms: Arc<dyn SmsGateway>,
    pub wechat: Arc<dyn WeChatCourier>,
    pub pay: Arc<dyn WeChatPay>,
}

/// A bank, wired. Cheap to clone.
#[derive(Clone)]
pub struct Bank {
    pub cx: Cx,
    pub mode: Mode,
    pub config: Arc<Config>,
    pub master: MasterKey,
    pub outside: Outside,
    /// The reference core, when the bank runs on it.
    pub embedded: Option<EmbeddedCore>,
    /// Where the reference core sends payments to other banks.
    pub clearing: Option<ClearingHouse>,
    /// The demo's switchboard in front of the core.
    pub faults: Option<Stub>,
    pub identity: Identity,
    pub accounts: Accounts,
    pub payments: Payments,
    pub payins: PayIns,
    pub outreach: Outreach,
    pub channel: Channel,
    pub office: Office,
}

impl Bank {
    /// Opens the database, brings it up to date, and wires everything. `roles` is shown in the office.
    pub async fn open(config: Config, mode: Mode, clock: Clock, roles: &str) -> anyhow::Result<Self> {
        kit::http::install_tls();
        std::fs::create_dir_all(&config.data_dir).context("making the data folder")?;
        let db = database(&config).await?;
        migrations::bring_up(&db).await?;
        let master = master_key(&config, mode)?;
        let cx = context(&config, db, clock, &master).await?;
        let (core, embedded, faults) = cores(&config, mode, &cx)?;
        let outside = couriers_of(&config, &cx, core)?;
        Self::assemble(config, mode, cx, (master, outside, embedded, faults), roles)
    }

    fn assemble(
        config: Config,
        mode: Mode,
        cx: Cx,
        (master, outside, embedded, faults): (MasterKey, Outside, Option<EmbeddedCore>, Option<Stub>),
        roles: &str,
    ) -> anyhow::Result<Self> {
        let Outside {
            core,
            sms,
            wechat,
            pay: rail,
        } = outside.clone();
        let identity = Identity::new(
            cx.clone(),
            core.clone(),
            sms.clone(),
            wechat.clone(),
            say::identity(&config),
        );
        let accounts = Accounts::new(cx.clone(), core.clone(), identity.clone(), say::accounts(&config));
        let payments = Payments::new(
            cx.clone(),
            core.clone(),
            identity.clone(),
            (accounts.clone(), billers(&config, &cx)?),
            say::payments(&config),
        );
        let decided = pay::payins(&config)?;
        let payins = PayIns::new(cx.clone(), core.clone(), accounts.clone(), rail, decided);
        let outreach = Outreach::new(cx.clone(), identity.clone(), wechat, sms, say::outreach(&config));
        let commands = say::commands(&identity, &accounts, &config);
        let channel = Channel::new(cx.clone(), outreach.clone(), say::channel(&config, commands)?);
        let office = Office::new(office::Parts {
            cx: cx.clone(),
            core,
            identity: identity.clone(),
            accounts: accounts.clone(),
            payments: payments.clone(),
            payins: payins.clone(),
            channel: channel.clone(),
            roles: roles.to_owned(),
            version: env!("CARGO_PKG_VERSION"),
        });
        let clearing = core::clearing(&config)?.filter(|_| embedded.is_some());
        let config = Arc::new(config);
        Ok(Self {
            cx,
            mode,
            config,
            master,
            outside,
            embedded,
            clearing,
            faults,
            identity,
            accounts,
            payments,
            payins,
            outreach,
            channel,
            office,
        })
    }

    /// Who does the jobs of every domain.
    pub fn worker(&self) -> Worker {
        Worker::new(self.cx.clone(), self.handlers())
    }

    fn handlers(&self) -> Vec<Handler> {
        let mut all = identity::jobs(&self.identity);
        all.extend(accounts::jobs(&self.accounts));
        all.extend(payments::jobs(&self.payments));
        all.extend(self.payins.jobs());
        all.extend(outreach::jobs(&self.outreach));
        all.extend(office::jobs(&self.office));
        all.extend(reactions::jobs(self));
        all
    }

    /// Starts what runs all day on every node, and, when asked, the work of a worker.
    pub fn start(&self, works: bool) {
        let tasks = &self.cx.tasks;
        tasks.start(keys::follow(self.cx.clone(), self.master.clone()));
        tasks.start(office::keep_reporting(self.office.clone()));
        if works {
            tasks.start(self.worker().run());
            tasks.start(audit::keep_sealing(self.cx.clone()));
            tasks.start(channel::keep_recovering(self.channel.clone()));
            tasks.start(payments::keep_scheduling(self.payments.clone()));
            tasks.start(keep_tidy(self.clone()));
            tasks.start(feed::keep_telling(self.clone()));
            tasks.start(office::keep_reconciling(self.office.clone()));
            if let Some(core) = self.embedded.clone() {
                tasks.start(keep_expiring(self.cx.clone(), core.clone()));
                if let Some(house) = self.clearing.clone() {
                    tasks.start(keep_clearing(self.cx.clone(), core, house));
                }
            }
        }
    }

    /// Ends everything in order; the last COMMIT is answered.
    pub async fn close(&self) {
        if !self.cx.tasks.finish(Duration::from_secs(10)).await {
            tracing::warn!("some tasks did not end in time; their leases will run out");
        }
        self.cx.db.close().await;
    }

    /// Seals every field of the bank anew under the active key; returns how many values were written.
    pub async fn reseal(&self) -> anyhow::Result<u64> {
        let mut columns = [
            identity::SEALED,
            accounts::SEALED,
            payments::SEALED,
            outreach::SEALED,
        ]
        .concat();
        columns.extend([channel::SEALED, couriers::SEALED, office::SEALED].concat());
        if self.embedded.is_some() {
            columns.extend(corebank::embedded::SEALED);
        }
        kit::reseal::columns(&self.cx, &columns).await
    }
}

/// Removes what is long over, once an hour.
async fn keep_tidy(bank: Bank) {
    const HORIZON: i64 = 400 * kit::clock::DAY;
    while !bank.cx.tasks.is_stopping() {
        let before = bank.cx.clock.now() - HORIZON;
        if let Err(error) = tidy(&bank, before).await {
            tracing::warn!(cause = %error, "tidying failed; trying again in an hour");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_hours(1)) => {}
            () = bank.cx.tasks.stopping() => return,
        }
    }
}

/// Frees held money whose time has run out in the reference core.
async fn keep_expiring(cx: Cx, core: EmbeddedCore) {
    while !cx.tasks.is_stopping() {
        if let Err(error) = core.expire_holds().await {
            tracing::warn!(cause = %error, "holds could not be expired; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(10)) => {}
            () = cx.tasks.stopping() => return,
        }
    }
}

/// Sends payments to other banks and asks what became of them.
async fn keep_clearing(cx: Cx, core: EmbeddedCore, house: ClearingHouse) {
    while !cx.tasks.is_stopping() {
        if let Err(error) = core.clear_due(&house).await {
            tracing::warn!(cause = %error, "payments to other banks could not be looked after; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = cx.tasks.stopping() => return,
        }
    }
}

async fn tidy(bank: &Bank, before: i64) -> anyhow::Result<()> {
    let db = &bank.cx.db;
    db.drain(async move |c| kit::idem::sweep(c, before).await).await?;
    db.drain(async move |c| kit::events::sweep(c, before).await)
        .await?;
    identity::tidy_up(&bank.identity).await?;
    outreach::tidy_up(&bank.outreach).await?;
    office::tidy_up(&bank.office).await?;
    Ok(())
}

async fn database(config: &Config) -> anyhow::Result<Db> {
    let mut options = Options::new(config.database_url());
    options.pool = config.database.pool;
    Db::open(&options).await.context("opening the database")
}

async fn context(config: &Config, db: Db, clock: Clock, master: &MasterKey) -> anyhow::Result<Cx> {
    let random = Random;
    let vault = keys::open(&db, master, &clock, random).await?;
    let (cache, bus) = if config.redis.url.is_empty() {
        (Cache::local(), Bus::local())
    } else {
        (Cache::redis(&config.redis.url)?, Bus::redis(&config.redis.url)?)
    };
    let mut subscriptions = accounts::subscriptions();
    subscriptions.extend(reactions::subscriptions());
    subscriptions.extend(office::subscriptions());
    Ok(Cx::new(Parts {
        ids: Ids::new(clock.clone(), random),
        db,
        clock,
        random,
        cache,
        bus,
        vault,
        tasks: Tasks::new(),
        subscriptions,
        node: node_name(random),
    }))
}

/// The host's name and a few digits, so that two nodes on one host differ.
fn node_name(random: Random) -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    format!(
        "{}-{}",
        host.trim()
            .split('.')
            .next()
            .filter(|h| !h.is_empty())
            .unwrap_or("node"),
        random.digits(4)
    )
}

/// The configured key; the demo makes one and keeps it beside its database.
pub(crate) fn master_key(config: &Config, mode: Mode) -> anyhow::Result<MasterKey> {
    if !config.crypto.master_key.is_empty() {
        return MasterKey::parse(&config.crypto.master_key)
            .context("crypto.master_key must be base64 of 32 bytes");
    }
    anyhow::ensure!(
        mode == Mode::Demo,
        "crypto.master_key is required outside the demo (base64 of 32 random bytes)"
    );
    let file = config.data_dir.join("master.key");
    if !file.exists() {
        write_key(&file)?;
    }
    MasterKey::parse(&std::fs::read_to_string(&file)?)
        .with_context(|| format!("{} is not a key", file.display()))
}

fn write_key(file: &Path) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(Random.bytes::<32>());
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    out.write_all(text.as_bytes())?;
    Ok(())
}

/// The billers' hub, where the bank has one.
fn billers(config: &Config, cx: &Cx) -> anyhow::Result<Option<Arc<dyn BillerHub>>> {
    let ours = &config.billers;
    if ours.url.is_empty() {
        return Ok(None);
    }
    anyhow::ensure!(!ours.key.is_empty(), "billers.key is required with billers.url");
    let hub = HttpBillers::new(
        &ours.url,
        &ours.key,
        cx.clock.clone(),
        kit::http::Timeouts::default(),
    )?;
    Ok(Some(Arc::new(hub)))
}

fn couriers_of(config: &Config, cx: &Cx, core: Arc<dyn CoreBank>) -> anyhow::Result<Outside> {
    let (sms, wechat) = couriers::real(cx, &say::couriers(config))?;
    let pay = pay::wechat_pay(config, cx)?;
    Ok(Outside {
        core,
        sms,
        wechat,
        pay,
    })
}
