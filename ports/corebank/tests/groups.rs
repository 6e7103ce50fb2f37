//! Commands that are posted in one group: each is answered as it would be alone.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod world;

use corebank::{
    Answer, Booking, CoreBank, EntryQuery, HoldOrder, PostOrder, Posted, RefusalCode, RestrictionKind,
    RestrictionOrder, RestrictionSource, TransferOrder, VoidOrder,
};
use futures_util::{FutureExt as _, future::BoxFuture, future::join_all};
use kit::money::Money;
use uuid::Uuid;
use world::{World, demand};

on_both_engines!(
    a_mixed_crowd_is_answered_as_each_alone,
    what_was_answered_before_is_answered_again_amid_new_ones,
);

type Said = Result<(), RefusalCode>;
/// What is asked of the core, and what it is to say.
type Ask<'w> = (BoxFuture<'w, Said>, Said);

fn said<T>(answer: &Answer<T>) -> Said {
    match answer {
        Answer::Done(_) => Ok(()),
        Answer::Refused(no) => Err(no.code),
        Answer::Unknown => Err(RefusalCode::BadRequest),
    }
}

fn transfer(world: &World, order: TransferOrder, wanted: Said) -> Ask<'_> {
    let asked = async move { said(&world.core.transfer(&order).await) };
    (asked.boxed(), wanted)
}

fn holds(world: &World, order: HoldOrder) -> Ask<'_> {
    (
        async move { said(&world.core.hold(&order).await) }.boxed(),
        Ok(()),
    )
}

fn posts(world: &World, hold: Uuid) -> Ask<'_> {
    let order = PostOrder {
        id: world.order(1).id,
        hold,
        amount: None,
    };
    (
        async move { said(&world.core.post(&order).await) }.boxed(),
        Ok(()),
    )
}

fn voids(world: &World, hold: Uuid, wanted: Said) -> Ask<'_> {
    let order = VoidOrder {
        id: world.order(1).id,
        hold,
    };
    (
        async move { said(&world.core.void(&order).await) }.boxed(),
        wanted,
    )
}

fn deposit(world: &World, fen: i64) -> HoldOrder {
    let order = world.order(fen);
    HoldOrder {
        id: order.id,
        debit_account: order.debit_account,
        credit_account: order.credit_account,
        amount: order.amount,
        memo: "押金".to_owned(),
        business_date: order.business_date,
        timeout_ms: None,
    }
}

async fn held(world: &World, fen: i64) -> Uuid {
    let hold = deposit(world, fen);
    world.core.hold(&hold).await.done().unwrap();
    hold.id
}

async fn restrict(world: &World, name: &str, kind: RestrictionKind) {
    let order = RestrictionOrder {
        id: world.order(1).id,
        kind,
        source: RestrictionSource::Bank,
    };
    let account = demand(world.person(name));
    world.core.restrict(&account, &order).await.done().unwrap();
}

const NOBODY: &str = "6200000000000000";

/// Of each kind of transfer one: two that are done, 200 in all, and what is refused.
fn of_each_kind(world: &World) -> Vec<Ask<'_>> {
    let of = |change: &dyn Fn(&mut TransferOrder), wanted| {
        let mut order = world.order(100);
        change(&mut order);
        transfer(world, order, wanted)
    };
    let account = |name: &str| demand(world.person(name));
    vec![
        of(&|_| {}, Ok(())),
        of(
            &|o| o.credit_account.clone_from(&world.person("陈晓明").card_no),
            Ok(()),
        ),
        of(
            &|o| NOBODY.clone_into(&mut o.debit_account),
            Err(RefusalCode::AccountNotFound),
        ),
        of(
            &|o| NOBODY.clone_into(&mut o.credit_account),
            Err(RefusalCode::PayeeNotFound),
        ),
        of(
            &|o| o.credit_account.clone_from(&o.debit_account),
            Err(RefusalCode::SameAccount),
        ),
        of(
            &|o| o.debit_account = account("张伟"),
            Err(RefusalCode::AccountRestricted),
        ),
        of(
            &|o| o.credit_account = account("赵敏"),
            Err(RefusalCode::PayeeRestricted),
        ),
        of(
            &|o| o.amount = Money::cny(900_000_000_000),
            Err(RefusalCode::InsufficientFunds),
        ),
    ]
}

async fn a_mixed_crowd_is_answered_as_each_alone(world: World) {
    restrict(&world, "张伟", RestrictionKind::LossReport).await;
    restrict(&world, "赵敏", RestrictionKind::Frozen).await;
    let (kept, freed) = (held(&world, 30).await, held(&world, 40).await);
    let (from, to) = (world.bank().payer, world.bank().payee);
    let before = posted(&world, &from).await;

    // Whoever comes first leads alone; the others wait for it and make one group.
    let mut crowd: Vec<Ask<'_>> = (0..3).flat_map(|_| of_each_kind(&world)).collect();
    crowd.extend([
        posts(&world, kept),
        voids(&world, freed, Ok(())),
        voids(&world, world.order(1).id, Err(RefusalCode::HoldNotFound)),
    ]);
    // Held and posted in one group, and an id twice that is refused.
    let at_once = deposit(&world, 50);
    let hold = at_once.id;
    crowd.extend([holds(&world, at_once), posts(&world, hold)]);
    let mut nowhere = world.order(100);
    NOBODY.clone_into(&mut nowhere.credit_account);
    for order in [nowhere.clone(), nowhere] {
        crowd.push(transfer(&world, order, Err(RefusalCode::PayeeNotFound)));
    }
    let (asks, wanted): (Vec<_>, Vec<_>) = crowd.into_iter().unzip();
    assert_eq!(join_all(asks).await, wanted);

    assert_eq!(posted(&world, &from).await, before - 3 * 200 - 30 - 50);
    let page = world.core.entries(&EntryQuery::all(&to, 8)).await;
    let page = page.done().unwrap().items;
    let name = world.person("王建国").name;
    assert!(
        page.iter().all(|e| e.counterparty_name.as_deref() == Some(name)),
        "{page:#?}"
    );
    let deposits = page.iter().filter(|e| e.memo == "押金").count();
    assert_eq!(deposits, 2, "{page:#?}");
    world.books_are_whole().await;
}

async fn what_was_answered_before_is_answered_again_amid_new_ones(world: World) {
    let first = world.order(100);
    let answered = booked(world.core.transfer(&first).await);
    let dear = TransferOrder {
        amount: Money::cny(900_000_000_000),
        ..world.order(1)
    };
    let refused = said(&world.core.transfer(&dear).await);
    assert_eq!(refused, Err(RefusalCode::InsufficientFunds));
    let other_body = TransferOrder {
        amount: Money::cny(200),
        ..first.clone()
    };
    let (twice, before) = (world.order(300), posted(&world, &first.debit_account).await);

    let new: Vec<TransferOrder> = (0..20).map(|_| world.order(1)).collect();
    let mut crowd: Vec<&TransferOrder> = new.iter().collect();
    crowd.extend([&first, &twice, &other_body, &dear, &twice]);
    let answers = join_all(crowd.into_iter().map(|order| world.core.transfer(order))).await;
    let answers: [Answer<Booking>; 25] = answers.try_into().unwrap();
    let [.., again, once, changed, dear_again, once_more] = answers;
    assert_eq!(booked(again), answered);
    assert_eq!(booked(once), booked(once_more));
    assert_eq!(said(&changed), Err(RefusalCode::IdReused));
    assert_eq!(said(&dear_again), Err(RefusalCode::InsufficientFunds));
    assert_eq!(posted(&world, &first.debit_account).await, before - 20 - 300);
    world.books_are_whole().await;
}

fn booked(answer: Answer<Booking>) -> Posted {
    let Booking::Posted(posted) = answer.done().unwrap() else {
        unreachable!("a transfer in the bank is posted at once")
    };
    posted
}

async fn posted(world: &World, account: &str) -> i64 {
    world.core.balance(account).await.done().unwrap().posted.fen()
}
