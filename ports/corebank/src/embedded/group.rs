//! Commands of many callers, posted as one group in one transaction: claim the ids, check the parties, let the
//! ledger decide, keep what the statements will show. Each step is a statement or two for the whole group; only a
//! refusal, or an id that was seen before, costs a few of its own. A refusal is kept as well, so that the same id is
//! refused for good and a status query tells the truth.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kit::{
    crypto::Vault,
    db::{self, Conn, Db},
};
use weigui_ledger::{self as ledger, Action, Bundle, Order, Outcome, Run, Verdict, When};

use super::{
    Fail,
    books::Books,
    codes::refusal_of,
    movers::{Movers, Restrictions, Sides},
    moves::{Claim, Wish, order_of, refuse},
    secret::Detail,
    store::{self, OrderRow},
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

impl Ask {
    fn wish(&self) -> Option<&Wish> {
        match &self.what {
            What::Move(wish) => Some(wish),
            What::End(_) => None,
        }
    }

    /// The hold that this posts.
    fn posts(&self) -> Option<&str> {
        match &self.what {
            What::End(Action::Post { hold, .. }) => Some(hold.as_str()),
            _ => None,
        }
    }
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
    let mut stages = claim(c, group).await?;
    check(c, group, &mut stages).await?;
    decide(c, group, &mut stages, vault).await?;
    let mut answers = Vec::with_capacity(group.len());
    for (ask, stage) in group.iter().zip(stages) {
        answers.push(match stage {
            Stage::Answered(answer) => answer,
            Stage::Ready(_) => Answer::Done(ask.claim.posted()),
            Stage::Twice => ask.claim.earlier(c).await?,
        });
    }
    Ok(answers)
}

/// Claims every id and finds the accounts.
async fn claim(c: &mut Conn, group: &[Arc<Ask>]) -> Result<Vec<Stage>, Fail> {
    let mut seen = BTreeSet::new();
    let firsts: Vec<bool> = group
        .iter()
        .map(|ask| seen.insert(ask.claim.id.as_str()))
        .collect();
    let first = || {
        group
            .iter()
            .zip(&firsts)
            .filter(|(_, first)| **first)
            .map(|(ask, _)| ask)
    };
    let rows: Vec<OrderRow<'_>> = first().map(|ask| ask.claim.row()).collect();
    let free = store::insert_orders(c, &rows).await?;
    let wishes = first()
        .zip(&free)
        .filter(|(_, free)| **free)
        .filter_map(|(ask, _)| ask.wish());
    let movers = Movers::find(c, wishes).await?;
    let (mut stages, mut free) = (Vec::with_capacity(group.len()), free.into_iter());
    for (ask, first) in group.iter().zip(&firsts) {
        stages.push(if !first {
            Stage::Twice
        } else if free.next() == Some(true) {
            ready(c, ask, &movers).await?
        } else {
            Stage::Answered(ask.claim.earlier(c).await?)
        });
    }
    Ok(stages)
}

async fn ready(c: &mut Conn, ask: &Ask, movers: &Movers) -> Result<Stage, Fail> {
    let (action, sides) = match &ask.what {
        What::End(action) => (action.clone(), None),
        What::Move(wish) => match movers.sides(wish) {
            Err(code) => return Ok(Stage::Answered(refuse(c, &ask.claim.id, code).await?)),
            Ok(sides) => (sides.action(wish)?, Some(sides)),
        },
    };
    Ok(Stage::Ready(Box::new(Ready {
        order: order_of(&ask.claim, action)?,
        when: ask.claim.when()?,
        sides,
    })))
}

/// Locks the accounts of all movements, then asks whether each may do its part.
async fn check(c: &mut Conn, group: &[Arc<Ask>], stages: &mut [Stage]) -> Result<(), Fail> {
    let restrictions = Restrictions::under_lock(c, stages.iter().filter_map(sides)).await?;
    for (ask, stage) in group.iter().zip(stages) {
        let refusal = sides(stage).and_then(|sides| restrictions.allow(sides).err());
        if let Some(code) = refusal {
            *stage = Stage::Answered(refuse(c, &ask.claim.id, code).await?);
        }
    }
    Ok(())
}

/// The accounts of a command that moves or holds money.
fn sides(stage: &Stage) -> Option<&Sides> {
    ready_one(stage).and_then(|ready| ready.sides.as_ref())
}

fn ready_one(stage: &Stage) -> Option<&Ready> {
    match stage {
        Stage::Ready(ready) => Some(ready),
        Stage::Answered(_) | Stage::Twice => None,
    }
}

/// Lets the ledger decide and keeps what the statements will show of those that were done.
async fn decide(c: &mut Conn, group: &[Arc<Ask>], stages: &mut [Stage], vault: &Vault) -> Result<(), Fail> {
    let bundles: Vec<Bundle<'_>> = stages.iter().filter_map(ready_one).map(Ready::bundle).collect();
    let mut outcomes = ledger::apply_group(&mut Books(c), &bundles)
        .await?
        .into_iter()
        .flatten();
    for (ask, stage) in group.iter().zip(stages.iter_mut()) {
        if ready_one(stage).is_none() {
            continue;
        }
        let outcome = outcomes.next().ok_or(Fail::Row("an order without an outcome"))?;
        if let Outcome::Refused(refusal) = outcome {
            *stage = Stage::Answered(refuse(c, &ask.claim.id, refusal_of(refusal)).await?);
        }
    }
    let done: Vec<(&Ask, &Ready)> = group
        .iter()
        .zip(stages.iter())
        .filter_map(|(ask, stage)| Some((ask.as_ref(), ready_one(stage)?)))
        .collect();
    keep(c, vault, &done).await
}

impl Ready {
    fn bundle(&self) -> Bundle<'_> {
        Bundle {
            orders: std::slice::from_ref(&self.order),
            when: &self.when,
        }
    }
}

/// Who paid whom, and a place in the feed of changes.
async fn keep(c: &mut Conn, vault: &Vault, done: &[(&Ask, &Ready)]) -> Result<(), Fail> {
    let holds: Vec<&str> = done.iter().filter_map(|(ask, _)| ask.posts()).collect();
    let kept: BTreeMap<String, String> = store::postings(c, &holds).await?.into_iter().collect();
    let mut details: Vec<(&str, Detail)> = Vec::with_capacity(done.len());
    for (ask, ready) in done {
        let detail = match (ask.wish(), &ready.sides, ask.posts()) {
            (Some(wish), Some(sides), _) => Some(sides.detail(vault, &wish.memo)?),
            // The statement shows the posting under its own id: carry over who paid whom.
            (_, _, Some(hold)) => match (details.iter().find(|(id, _)| *id == hold), kept.get(hold)) {
                (Some((_, detail)), _) => Some(detail.clone()),
                (None, Some(sealed)) => Some(Detail::open(vault, hold, sealed)?),
                (None, None) => None,
            },
            _ => None,
        };
        details.extend(detail.map(|detail| (ask.claim.id.as_str(), detail)));
    }
    let mut postings = Vec::with_capacity(details.len());
    for (id, detail) in &details {
        postings.push((*id, detail.seal(vault, id)?));
    }
    store::insert_postings(c, &postings).await?;
    let ids: Vec<&str> = done.iter().map(|(ask, _)| ask.claim.id.as_str()).collect();
    store::insert_changes(c, &ids).await?;
    Ok(())
}

/// For callers who wait at the counter.
pub(super) fn lost(lost: ledger::Lost<Fail>) -> Fail {
    match lost {
        ledger::Lost::Failed(why) => Fail::Group(why),
        ledger::Lost::NoReply => Fail::Row("a command without a reply"),
    }
}
