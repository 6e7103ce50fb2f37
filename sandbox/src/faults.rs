//! The switchboard: what goes wrong in the outside world, switched while it runs.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::Sandbox;

/// All switches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    /// The core bank's (carried out by the bank's own stub, which listens).
    pub core: CoreFaults,
    /// The WeChat platform's.
    pub wechat: WeChatFaults,
    /// The SMS gateway's.
    pub sms: SmsFaults,
    /// The clearing's.
    pub clearing: ClearingFaults,
    /// The billers'.
    pub billers: BillerFaults,
    /// WeChat Pay's.
    pub pay: PayFaults,
}

/// How the core bank misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoreFaults {
    /// Every answer takes this long.
    pub delay_ms: u32,
    /// It does what it is told, and its answer is lost.
    pub lose_answers: bool,
    /// It does not answer at all.
    pub down: bool,
}

/// How the WeChat platform misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one switch each, as the page shows them"
)]
pub struct WeChatFaults {
    /// Every API answer takes this long.
    pub delay_ms: u32,
    /// Every API call is answered "system busy".
    pub down: bool,
    /// API calls take effect and their answers are lost.
    pub lose_answers: bool,
    /// OAuth shows snapshot pages: virtual users.
    pub snapshot: bool,
    /// Followers block template messages: receipts say `failed:user block`.
    pub block_templates: bool,
    /// A push is delivered three times at once.
    pub deliver_thrice: bool,
    /// The bank's address is not on the account's list: no tokens.
    pub unlisted_ip: bool,
    /// Once: another system has forced a new token; ours is void.
    #[serde(skip_serializing)]
    pub void_token: bool,
    /// Once: every access token has come to its end.
    #[serde(skip_serializing)]
    pub expire_token: bool,
}

/// How the SMS gateway misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmsFaults {
    /// Messages arrive this much later.
    pub delay_ms: u32,
    /// The gateway refuses connections' requests with 503.
    pub down: bool,
    /// Messages arrive, the gateway's answer is lost.
    pub lose_answers: bool,
}

/// How the clearing between banks misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClearingFaults {
    /// Every answer takes this long.
    pub delay_ms: u32,
    /// It takes no payments and answers no questions.
    pub down: bool,
    /// It takes payments, and its answer is lost; questions are answered.
    pub lose_answers: bool,
}

/// How the billers' hub misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BillerFaults {
    /// Every answer takes this long.
    pub delay_ms: u32,
    /// It answers nothing and takes nothing.
    pub down: bool,
    /// It takes payments, and its answer is lost; questions are answered.
    pub lose_answers: bool,
    /// What is wrong with every daily file.
    pub file: FileFault,
}

/// What may be wrong with a biller's daily file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFault {
    #[default]
    None,
    /// It is not there.
    Late,
    /// It ends in the middle.
    CutOff,
    /// The first paid payment is not on it.
    Missing,
    /// A payment is on it that the bank has never sent.
    Stranger,
    /// The first paid payment has one fen more.
    WrongAmount,
    /// The first paid payment stands under another number of the biller's than the one that was told.
    WrongReference,
}

/// How WeChat Pay misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one switch each, as the page shows them"
)]
pub struct PayFaults {
    /// Every answer takes this long.
    pub delay_ms: u32,
    /// Every call is answered 503, without effect.
    pub down: bool,
    /// Calls take effect and their answers are lost.
    pub lose_answers: bool,
    /// Calls take effect and are answered without a signature.
    pub unsigned: bool,
    /// Notices are not sent, as when the way to the bank is broken; the schedule goes on.
    pub hold_notices: bool,
    /// Every notice is sent five times at once.
    pub notices_fivefold: bool,
    /// Notices speak of one fen more than was paid.
    pub wrong_amount: bool,
    /// Nobody has enough change: every payment is refused in the phone.
    pub no_money: bool,
    /// Refunds that are asked for are refused; those that are known go on.
    pub refuse_refunds: bool,
    /// Refunds can't be delivered, as when the payer's card is void; once mended they are.
    pub refunds_abnormal: bool,
    /// Refunds stay on their way, as those to a bank card do for days.
    pub refunds_slow: bool,
}

/// Told the core's switches whenever they change.
pub(crate) type CoreListener = Arc<dyn Fn(CoreFaults) + Send + Sync>;

impl Sandbox {
    /// The switches as they are.
    pub fn faults(&self) -> Faults {
        self.world.state().faults.clone()
    }

    /// Sets all switches.
    pub fn set_faults(&self, faults: Faults) {
        let (core, listener) = {
            let mut state = self.world.state();
            if faults.wechat.void_token {
                state.tokens.void();
            }
            if faults.wechat.expire_token {
                state.tokens.expire();
            }
            self.clearing.set_faults(faults.clearing);
            self.billers.set_faults(faults.billers);
            state.faults = faults;
            state.faults.wechat.void_token = false;
            state.faults.wechat.expire_token = false;
            (state.faults.core, state.core_listener.clone())
        };
        if let Some(listener) = listener {
            listener(core);
        }
    }

    /// Calls `listener` whenever the core's switches change.
    pub fn on_core_faults(&self, listener: impl Fn(CoreFaults) + Send + Sync + 'static) {
        self.world.state().core_listener = Some(Arc::new(listener));
    }
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/faults", get(read).post(write))
}

async fn read(State(sandbox): State<Sandbox>) -> Json<Faults> {
    Json(sandbox.faults())
}

/// Parts and fields that are not named keep their setting.
async fn write(
    State(sandbox): State<Sandbox>,
    Json(patch): Json<serde_json::Value>,
) -> Result<Json<Faults>, crate::phone::Refusal> {
    let mut whole = serde_json::to_value(sandbox.faults()).unwrap_or_default();
    merge(&mut whole, patch);
    let faults = serde_json::from_value(whole).map_err(|_| crate::phone::Refusal::BadRequest)?;
    sandbox.set_faults(faults);
    Ok(Json(sandbox.faults()))
}

fn merge(whole: &mut serde_json::Value, patch: serde_json::Value) {
    match (whole, patch) {
        (serde_json::Value::Object(whole), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(whole.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (whole, patch) => *whole = patch,
    }
}
