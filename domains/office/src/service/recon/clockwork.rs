//! When runs are made: every minute, every hour, and for each business day once it has ended.

use std::time::Duration;

use accounts::FeedLease;
use jiff::civil::Date;
use kit::clock::{HOUR, MINUTE, Ms, date_of, day_bounds};
use kit::idem::{self, Claim};

use crate::error::Error;
use crate::model::recon::ReconKind;
use crate::service::Office;

const EVERY: Duration = Duration::from_secs(15);
/// The core's file of a day is asked for this long after midnight.
const FILE_AFTER: Ms = 10 * MINUTE;

/// What a node remembers between its rounds.
#[derive(Debug, Default)]
struct Rounds {
    minute: (Ms, FeedLease),
    hour: (Ms, FeedLease),
}

/// Reconciles until the process ends.
pub async fn keep_reconciling(office: Office) {
    let cx = office.0.cx.clone();
    let mut rounds = Rounds::default();
    while !cx.tasks.is_stopping() {
        if let Err(error) = office.round(&mut rounds).await {
            tracing::warn!(cause = %error, "reconciliation failed; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = cx.tasks.stopping() => return,
        }
    }
}

impl Office {
    async fn round(&self, rounds: &mut Rounds) -> Result<(), Error> {
        let now = self.0.cx.clock.now();
        if now - rounds.minute.0 >= MINUTE {
            rounds.minute.0 = now;
            self.reconcile_feed(ReconKind::Minute, &mut rounds.minute.1)
                .await?;
        }
        if now - rounds.hour.0 >= HOUR {
            rounds.hour.0 = now;
            self.reconcile_feed(ReconKind::Hour, &mut rounds.hour.1).await?;
        }
        for kind in self.case_counts().await? {
            let label = kind.kind.clone();
            metrics::gauge!("weigui_office_cases_open", "kind" => kind.kind).set(gauge(kind.open));
            metrics::gauge!("weigui_office_cases_overdue", "kind" => label).set(gauge(kind.overdue));
        }
        self.begin_day().await
    }

    /// Reads the feed and compares, as the clock does; answers whether there was anything.
    pub async fn reconcile_now(&self, hourly: bool) -> Result<bool, Error> {
        let kind = if hourly {
            ReconKind::Hour
        } else {
            ReconKind::Minute
        };
        self.reconcile_feed(kind, &mut FeedLease::default()).await
    }

    /// Begins the runs of yesterday's business day, once for all nodes; only for the sides that this bank has.
    pub async fn begin_day(&self) -> Result<(), Error> {
        let now = self.0.cx.clock.now();
        let day = date_of(now - FILE_AFTER).yesterday().map_err(|_| Error::BadDay)?;
        for source in self.sources_of_day(day).await? {
            self.begin_once((source.kind, &source.party), day).await?;
        }
        Ok(())
    }

    /// One run of the clock per side and business day; the claims keep the days that have theirs.
    async fn begin_once(&self, (kind, party): (ReconKind, &str), day: Date) -> Result<(), Error> {
        let claims = match kind {
            ReconKind::Minute | ReconKind::Hour => return Ok(()),
            ReconKind::Day => "recon.day",
            ReconKind::Pay => "recon.pay",
            ReconKind::Biller => "recon.biller",
        };
        let now = self.0.cx.clock.now();
        let run = self.new_run((kind, party), day_bounds(day));
        let key = match party {
            "" => run.scope.clone(),
            _ => format!("{party}:{}", run.scope),
        };
        let known = self
            .0
            .cx
            .db
            .glance({
                let key = key.clone();
                async move |c| idem::look(c, claims, &key, &key, now).await
            })
            .await?;
        if known != Claim::New {
            return Ok(());
        }
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| {
                let (whole, id) = ((claims, &*key, &*key), run.id.to_string());
                if idem::claim_with(c, whole, &id, now).await? == Claim::New {
                    this.begin_run(c, &run).await?;
                }
                Ok(())
            })
            .await
    }
}

/// A count as the metrics take it.
fn gauge(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}
