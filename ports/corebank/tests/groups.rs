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

fn said<T>(answer: Answer<T>) -> Said {
    match answer {
        Answer::Done(_) => Ok(()),
        Answer::Refused(no) => Err(no.code),
        Answer::Unknown => Err(RefusalCode::BadRequest),
    }
}

fn transfer(world: &World, order: TransferOrder) -> BoxFuture<'_, Said> {
    async move { said(world.core.transfer(&order).await) }.boxed()
}

async fn hold(world: &World, fen: i64) -> Uuid {
    let hold = held(world, fen);
    world.core.hold(&hold).await.done().unwrap();
    hold.id
}

fn held(world: &World, fen: i64) -> HoldOrder {
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

async fn a_mixed_crowd_is_answered_as_each_alone(world: World) {
    let (lost, frozen) = (world.person("张伟"), world.person("赵敏"));
    for (person, kind) in [
        (lost, RestrictionKind::LossReport),
        (frozen, RestrictionKind::Frozen),
    ] {
        let report = RestrictionOrder {
            id: world.order(1).id,
            kind,
            source: RestrictionSource::Bank,
        };
        world
            .core
            .restrict(&demand(person), &report)
            .await
            .done()
            .unwrap();
    }
    let (kept, freed) = (hold(&world, 30).await, hold(&world, 40).await);
    let (payer, payee) = (world.bank().payer, world.bank().payee);
    let before = posted(&world, &payer).await;

    let other = |change: &dyn Fn(&mut TransferOrder)| {
        let mut order = world.order(100);
        change(&mut order);
        order
    };
    let by_card = world.person("陈晓明").card_no.clone();
    let mut asked: Vec<(BoxFuture<'_, Said>, Said)> = Vec::new();
    // Whoever comes first leads alone; the others wait for it and make one group.
    for _ in 0..3 {
        let mixed = [
            (other(&|_| {}), Ok(())),
            (other(&|o| o.credit_account.clone_from(&by_card)), Ok(())),
            (
                other(&|o| o.debit_account = "6200000000000000".to_owned()),
                Err(RefusalCode::AccountNotFound),
            ),
            (
                other(&|o| o.credit_account = "6200000000000000".to_owned()),
                Err(RefusalCode::PayeeNotFound),
            ),
            (
                other(&|o| o.credit_account.clone_from(&payer)),
                Err(RefusalCode::SameAccount),
            ),
            (
                other(&|o| o.debit_account = demand(lost)),
                Err(RefusalCode::AccountRestricted),
            ),
            (
                other(&|o| o.credit_account = demand(frozen)),
                Err(RefusalCode::PayeeRestricted),
            ),
            (
                other(&|o| o.amount = Money::cny(before)),
                Err(RefusalCode::InsufficientFunds),
            ),
        ];
        asked.extend(mixed.map(|(order, wanted)| (transfer(&world, order), wanted)));
    }
    let post = PostOrder {
        id: world.order(1).id,
        hold: kept,
        amount: None,
    };
    let void = VoidOrder {
        id: world.order(1).id,
        hold: freed,
    };
    let never = VoidOrder {
        id: world.order(1).id,
        hold: world.order(1).id,
    };
    let core = &world.core;
    // Held and posted in one group, and an id twice that is refused.
    let both = held(&world, 50);
    let at_once = PostOrder {
        id: world.order(1).id,
        hold: both.id,
        amount: None,
    };
    asked.push((async move { said(core.hold(&both).await) }.boxed(), Ok(())));
    asked.push((async move { said(core.post(&at_once).await) }.boxed(), Ok(())));
    let nobody = other(&|o| o.credit_account = "6200000000000000".to_owned());
    for order in [nobody.clone(), nobody] {
        asked.push((transfer(&world, order), Err(RefusalCode::PayeeNotFound)));
    }
    asked.push((async move { said(core.post(&post).await) }.boxed(), Ok(())));
    asked.push((async move { said(core.void(&void).await) }.boxed(), Ok(())));
    let nothing = async move { said(core.void(&never).await) }.boxed();
    asked.push((nothing, Err(RefusalCode::HoldNotFound)));
    let (asks, wanted): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    assert_eq!(join_all(asks).await, wanted);

    assert_eq!(posted(&world, &payer).await, before - 6 * 100 - 30 - 50);
    let page = world.core.entries(&EntryQuery::all(&payee, 8)).await;
    let page = page.done().unwrap().items;
    let payer_name = world.person("王建国").name;
    assert!(
        page.iter()
            .all(|e| e.counterparty_name.as_deref() == Some(payer_name)),
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
    let refused = said(world.core.transfer(&dear).await);
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
    assert_eq!(said(changed), Err(RefusalCode::IdReused));
    assert_eq!(said(dear_again), Err(RefusalCode::InsufficientFunds));
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
