//! TP01 · Money for another bank: it leaves once, it is settled once or comes back once, whatever the clearing
//! does; the feed and the closed day tell of it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod house;
mod world;

use corebank::{
    Answer, Booking, ChangePage, CoreBank, FEED_END, LineKind, LineState, RestrictionKind, RestrictionOrder,
    RestrictionSource, ReturnReason, TransferOrder, TransferStatus, fetch_statement,
};
use house::{Clearing, Word};
use kit::{
    clock::{DAY, HOUR, MINUTE, date_of},
    ids::Ids,
    random::Random,
};
use world::World;

on_both_engines!(
    a_settled_payment_is_booked_once,
    a_returned_payment_is_back_at_the_payer,
    a_lost_answer_is_asked_for_before_anything_is_sent_again,
    an_instruction_that_never_arrived_goes_again_under_its_id,
    money_for_a_frozen_payer_waits_in_transit,
    two_nodes_end_a_payment_once,
    a_payment_that_is_not_taken_comes_back,
    the_closed_day_tells_each_order_as_it_stood,
);

fn outward(world: &World, fen: i64) -> TransferOrder {
    let bank = world.bank();
    TransferOrder {
        credit_account: bank.beneficiary_account.clone(),
        beneficiary: Some(bank.beneficiary),
        memo: "货款".to_owned(),
        ..world.order(fen)
    }
}

async fn payer_has(world: &World) -> i64 {
    let payer = world.bank().payer;
    world.core.balance(&payer).await.done().unwrap().posted.fen()
}

async fn sends(world: &World, fen: i64) -> TransferOrder {
    let order = outward(world, fen);
    let booking = world.core.transfer(&order).await.done().unwrap();
    assert!(matches!(booking, Booking::Pending(_)), "{booking:?}");
    order
}

/// Lets a second pass and looks after what is due.
async fn pass(world: &World, house: &Clearing) -> u64 {
    world.hand.forward(1_000);
    world.core.clear_due(&house.door()).await.unwrap()
}

async fn is_whole(world: &World) {
    world.books_are_whole().await;
    assert!(world.core.transit_is_whole().await.unwrap());
}

async fn status(world: &World, order: &TransferOrder) -> TransferStatus {
    world.core.transfer_status(order.id).await.done().unwrap()
}

async fn changes(world: &World, from: &str) -> ChangePage {
    world.core.changes(Some(from), 100).await.done().unwrap()
}

async fn a_settled_payment_is_booked_once(world: World) {
    let house = Clearing::open().await;
    let had = payer_has(&world).await;
    let order = sends(&world, 5_000).await;
    assert_eq!(payer_has(&world).await, had - 5_000);
    is_whole(&world).await;
    assert_eq!(pass(&world, &house).await, 0);
    assert!(matches!(status(&world, &order).await, TransferStatus::Pending(_)));
    house.says(order.id, Word::Settled);
    assert_eq!(pass(&world, &house).await, 1);
    let posted = status(&world, &order).await;
    assert!(matches!(posted, TransferStatus::Posted(_)), "{posted:?}");
    assert_eq!(pass(&world, &house).await, 0);
    assert_eq!((house.sent(order.id), payer_has(&world).await), (1, had - 5_000));
    is_whole(&world).await;
}

async fn a_returned_payment_is_back_at_the_payer(world: World) {
    let house = Clearing::open().await;
    let had = payer_has(&world).await;
    let from = changes(&world, FEED_END).await.next;
    let order = sends(&world, 5_000).await;
    house.says(order.id, Word::Returned("name_mismatch"));
    assert_eq!(pass(&world, &house).await, 0, "the first pass sends");
    assert_eq!(pass(&world, &house).await, 1);
    assert_eq!(payer_has(&world).await, had);
    let TransferStatus::Returned {
        original,
        returned,
        reason,
    } = status(&world, &order).await
    else {
        unreachable!("not returned");
    };
    assert_eq!(reason, ReturnReason::NameMismatch);
    assert_ne!(original.reference, returned.reference);
    let again = world.core.transfer(&order).await;
    assert_eq!(
        again,
        Answer::Done(Booking::Pending(original)),
        "a repeat gets the first answer"
    );
    let seen = changes(&world, &from).await.items;
    let told: Vec<_> = seen
        .iter()
        .map(|c| (c.order_id, c.entry.amount.fen(), c.entry.memo.as_str()))
        .collect();
    let id = Some(order.id);
    assert_eq!(told, [(id, -5_000, "货款"), (id, 5_000, "退汇：收款户名不符")]);
    assert_eq!(
        seen.first().unwrap().entry.counterparty_name.as_deref(),
        Some("钱多多")
    );
    is_whole(&world).await;
}

async fn a_lost_answer_is_asked_for_before_anything_is_sent_again(world: World) {
    let house = Clearing::open().await;
    let order = sends(&world, 700).await;
    house.loses_answers(true);
    assert_eq!(pass(&world, &house).await, 0);
    assert_eq!(house.sent(order.id), 1);
    house.loses_answers(false);
    house.says(order.id, Word::Settled);
    assert_eq!(pass(&world, &house).await, 1);
    assert_eq!(house.sent(order.id), 1, "taken once, sent once");
    is_whole(&world).await;
}

async fn an_instruction_that_never_arrived_goes_again_under_its_id(world: World) {
    let house = Clearing::open().await;
    let order = sends(&world, 700).await;
    house.is_away(true);
    for _ in 0..4 {
        assert_eq!(pass(&world, &house).await, 0);
        assert!(matches!(status(&world, &order).await, TransferStatus::Pending(_)));
    }
    house.is_away(false);
    world.hand.forward(MINUTE);
    pass(&world, &house).await;
    assert_eq!(house.sent(order.id), 1);
    house.says(order.id, Word::Settled);
    world.hand.forward(MINUTE);
    assert_eq!(pass(&world, &house).await, 1);
    is_whole(&world).await;
}

async fn money_for_a_frozen_payer_waits_in_transit(world: World) {
    let house = Clearing::open().await;
    let had = payer_has(&world).await;
    let order = sends(&world, 700).await;
    let freeze = RestrictionOrder {
        id: Ids::new(world.clock.clone(), Random).make(),
        kind: RestrictionKind::Frozen,
        source: RestrictionSource::Judicial,
    };
    world
        .core
        .restrict(&order.debit_account, &freeze)
        .await
        .done()
        .unwrap();
    house.says(order.id, Word::Returned("account_closed"));
    pass(&world, &house).await;
    assert_eq!(pass(&world, &house).await, 0);
    assert!(matches!(status(&world, &order).await, TransferStatus::Pending(_)));
    assert_eq!(payer_has(&world).await, had - 700);
    is_whole(&world).await;
    let lift = RestrictionOrder {
        id: Ids::new(world.clock.clone(), Random).make(),
        ..freeze
    };
    world.core.lift(&order.debit_account, &lift).await.done().unwrap();
    world.hand.forward(HOUR);
    assert_eq!(pass(&world, &house).await, 1);
    assert_eq!(payer_has(&world).await, had);
    is_whole(&world).await;
}

async fn two_nodes_end_a_payment_once(world: World) {
    let house = Clearing::open().await;
    let had = payer_has(&world).await;
    let orders = [
        sends(&world, 1).await,
        sends(&world, 2).await,
        sends(&world, 4).await,
    ];
    pass(&world, &house).await;
    for order in &orders {
        house.says(order.id, Word::Returned("other"));
    }
    world.hand.forward(MINUTE);
    let door = house.door();
    let passes = (0..4).map(|_| world.core.clear_due(&door));
    let ended = futures_util::future::join_all(passes).await;
    assert_eq!(ended.into_iter().map(Result::unwrap).sum::<u64>(), 3);
    assert_eq!(payer_has(&world).await, had);
    is_whole(&world).await;
}

async fn a_payment_that_is_not_taken_comes_back(world: World) {
    let house = Clearing::open().await;
    let had = payer_has(&world).await;
    let order = sends(&world, 900).await;
    house.refuses(true);
    assert_eq!(pass(&world, &house).await, 1);
    let end = status(&world, &order).await;
    let why = ReturnReason::BankUnavailable;
    assert!(
        matches!(end, TransferStatus::Returned { reason, .. } if reason == why),
        "{end:?}"
    );
    assert_eq!(payer_has(&world).await, had);
    is_whole(&world).await;
}

async fn the_closed_day_tells_each_order_as_it_stood(world: World) {
    let house = Clearing::open().await;
    let day = date_of(world.clock.now());
    let inside = world.order(10);
    world.core.transfer(&inside).await.done().unwrap();
    let too_much = world.order(900_000_000_000);
    assert!(matches!(world.core.transfer(&too_much).await, Answer::Refused(_)));
    let (back, late) = (sends(&world, 20).await, sends(&world, 40).await);
    house.says(back.id, Word::Returned("other"));
    pass(&world, &house).await;
    assert_eq!(pass(&world, &house).await, 1);
    assert!(
        matches!(fetch_statement(&world.core, day).await, Answer::Refused(_)),
        "the day is open"
    );
    world.hand.forward(DAY);
    house.says(late.id, Word::Settled);
    assert_eq!(pass(&world, &house).await, 1);
    let told = async |day| {
        let file = fetch_statement(&world.core, day).await.done().unwrap();
        let lines = file
            .lines
            .iter()
            .map(|l| (l.order_id, l.kind, l.amount.fen(), l.state));
        lines.collect::<Vec<_>>()
    };
    let lines = told(day).await;
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in [
        (inside.id, LineKind::Transfer, 10, LineState::Posted),
        (back.id, LineKind::Transfer, 20, LineState::Returned),
        (late.id, LineKind::Transfer, 40, LineState::Pending),
        (back.id, LineKind::Return, 20, LineState::Returned),
    ] {
        assert!(lines.contains(&line), "{line:?} is not in {lines:?}");
    }
    world.hand.forward(DAY);
    let next = told(day.tomorrow().unwrap()).await;
    assert_eq!(next, [(late.id, LineKind::Settlement, 40, LineState::Posted)]);
    assert_eq!(told(day).await, lines, "a closed day never changes");
}
