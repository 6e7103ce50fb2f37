//! Commands of many callers, posted as one group in one transaction: claim the ids, check the parties, let the
//! ledger decide, keep what the statements will show. A refusal is kept as well, so that the same id is refused for
//! good and a status query tells the truth.

use std::{collections::BTreeSet, sync::Arc};

use kit::{
    crypto::Vault,
    db::{self, Conn, Db},
};
use weigui_ledger::{self as ledger, Action, Bundle, Order, Outcome, Run, Verdict, When};

use super::{
    Fail,
    books::Books,
    codes::refusal_of,
    moves::{Claim, Sides, Wish, action_of, detail_of, may_move, order_of, refuse, sides},
    secret::Detail,
    store,
};
use crate::{answer::Answer, types::Posted};

/// One command under its id.
pub(super) struct Ask {
    pub(super) claim: Claim,
    pub(super) what: What,
}

pub(super) enum What {
    /// Moves or holds money between two numbers.
    Move(Wish),
    /// Ends a hold.
    End(Action),
}

/// Runs groups on the database.
pub(super) struct Counter {
    pub(super) db: Db,
    pub(super) vault: Vault,
}

impl Run for Counter {
    type Ask = Ask;
    type Reply = Answer<Posted>;
    type Fail = Fail;

    async fn run(&self, group: Vec<Arc<Ask>>) -> Result<Vec<Answer<Posted>>, Fail> {
        let vault = self.vault.clone();
        self.db.tx(async move |c| post(c, &vault, &group).await).await
    }

    fn verdict(&self, fail: &Fail) -> Verdict {
        match fail {
            Fail::Db(db::Error::CommitUnknown) => Verdict::Unknown,
            Fail::Db(db::Error::Unavailable(_) | db::Error::Closed) => Verdict::Final,
            _ => Verdict::Alone,
        }
    }
}

/// How far a command of the group has come.
enum Stage {
    Answered(Answer<Posted>),
    /// The same id once more in this group: answered when the first one is.
    Twice,
    Ready(Box<Ready>),
}

/// A command whose id is claimed and whose accounts are found.
struct Ready {
    order: Order,
    when: When,
    sides: Option<Sides>,
}

async fn post(c: &mut Conn, vault: &Vault, group: &[Arc<Ask>]) -> Result<Vec<Answer<Posted>>, Fail> {
    let mut stages = prepare(c, group).await?;
    check(c, group, &mut stages).await?;
    let bundles: Vec<Bundle<'_>> = stages.iter().filter_map(bundle).collect();
    let mut outcomes = ledger::apply_group(&mut Books(c), &bundles)
        .await?
        .into_iter()
        .flatten();
    let mut answers = Vec::with_capacity(group.len());
    for (ask, stage) in group.iter().zip(&stages) {
        answers.push(match stage {
            Stage::Answered(answer) => Some(answer.clone()),
            Stage::Twice => None,
            Stage::Ready(ready) => {
                let outcome = outcomes.next().ok_or(Fail::Row("an order without an outcome"))?;
                Some(finish(c, vault, ask, ready.sides.as_ref(), &outcome).await?)
            }
        });
    }
    let mut all = Vec::with_capacity(group.len());
    for (ask, answer) in group.iter().zip(answers) {
        all.push(match answer {
            Some(answer) => answer,
            None => ask
                .claim
                .make(c)
                .await?
                .ok_or(Fail::Row("an id claimed twice is free"))?,
        });
    }
    Ok(all)
}

/// Claims every id and finds the accounts.
async fn prepare(c: &mut Conn, group: &[Arc<Ask>]) -> Result<Vec<Stage>, Fail> {
    let (mut claimed, mut stages) = (BTreeSet::new(), Vec::with_capacity(group.len()));
    for ask in group {
        let stage = if !claimed.insert(ask.claim.id.as_str()) {
            Stage::Twice
        } else if let Some(earlier) = ask.claim.make(c).await? {
            Stage::Answered(earlier)
        } else {
            ready(c, ask).await?
        };
        stages.push(stage);
    }
    Ok(stages)
}

async fn ready(c: &mut Conn, ask: &Ask) -> Result<Stage, Fail> {
    let (action, sides) = match &ask.what {
        What::End(action) => (action.clone(), None),
        What::Move(wish) => match sides(c, wish).await? {
            Err(code) => return Ok(Stage::Answered(refuse(c, &ask.claim.id, code).await?)),
            Ok(sides) => (action_of(&sides, wish)?, Some(sides)),
        },
    };
    Ok(Stage::Ready(Box::new(Ready {
        order: order_of(&ask.claim, action)?,
        when: ask.claim.when()?,
        sides,
    })))
}

/// Locks the accounts of all movers in id order, then asks whether each may do its part.
async fn check(c: &mut Conn, group: &[Arc<Ask>], stages: &mut [Stage]) -> Result<(), Fail> {
    let mut ids = BTreeSet::new();
    for stage in stages.iter() {
        if let Some(sides) = movers(stage) {
            ids.extend([sides.debit.id.clone(), sides.credit.id.clone()]);
        }
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for pair in ids.chunks(2) {
        if let [first, .., last] | [first @ last] = pair {
            store::lock_accounts(c, first, last).await?;
        }
    }
    for (ask, stage) in group.iter().zip(stages) {
        let refusal = match movers(stage) {
            Some(sides) => may_move(c, sides).await?.err(),
            None => None,
        };
        if let Some(code) = refusal {
            *stage = Stage::Answered(refuse(c, &ask.claim.id, code).await?);
        }
    }
    Ok(())
}

/// The accounts of a command that moves or holds money.
fn movers(stage: &Stage) -> Option<&Sides> {
    match stage {
        Stage::Ready(ready) => ready.sides.as_ref(),
        Stage::Answered(_) | Stage::Twice => None,
    }
}

fn bundle(stage: &Stage) -> Option<Bundle<'_>> {
    match stage {
        Stage::Ready(ready) => Some(Bundle {
            orders: std::slice::from_ref(&ready.order),
            when: &ready.when,
        }),
        Stage::Answered(_) | Stage::Twice => None,
    }
}

async fn finish(
    c: &mut Conn,
    vault: &Vault,
    ask: &Ask,
    sides: Option<&Sides>,
    outcome: &Outcome,
) -> Result<Answer<Posted>, Fail> {
    let id = &ask.claim.id;
    if let Outcome::Refused(refusal) = outcome {
        return refuse(c, id, refusal_of(*refusal)).await;
    }
    let detail = match (&ask.what, sides) {
        (What::Move(wish), Some(sides)) => Some(detail_of(c, vault, sides, &wish.memo).await?),
        // The statement shows the posting under its own id: carry over who paid whom.
        (What::End(Action::Post { hold, .. }), _) => match store::posting(c, hold.as_str()).await? {
            Some(sealed) => Some(Detail::open(vault, hold.as_str(), &sealed)?),
            None => None,
        },
        _ => None,
    };
    if let Some(detail) = detail {
        store::insert_posting(c, id, &detail.seal(vault, id)?).await?;
    }
    store::insert_changes(c, id).await?;
    Ok(Answer::Done(ask.claim.posted()))
}

/// For callers who wait at the counter.
pub(super) fn lost(lost: ledger::Lost<Fail>) -> Fail {
    match lost {
        ledger::Lost::Failed(why) => Fail::Group(why),
        ledger::Lost::NoReply => Fail::Row("a command without a reply"),
    }
}
