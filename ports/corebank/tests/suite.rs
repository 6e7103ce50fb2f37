//! The contract suite against everything that implements the port.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod world;

use std::{sync::Arc, time::Duration};

use corebank::{
    CoreBank, HttpCore, HttpOptions, Stub,
    contract::{Bank, Verdict, suite},
    stub::{Fault, Op},
};
use kit::{ids::Ids, random::Random};
use world::World;

on_both_engines!(
    the_embedded_core_passes,
    a_core_that_gets_everything_twice_passes,
    the_core_behind_http_passes,
    the_suite_finds_each_kind_of_misbehaviour,
    over_http_silence_is_unknown_and_never_a_refusal,
);

/// Questions and commands of `contract`.
const CHECKS: usize = 23;

fn whole(verdict: &Verdict) {
    assert!(verdict.failed.is_empty(), "{:#?}", verdict.failed);
    assert_eq!(verdict.passed.len(), CHECKS);
}

async fn run(world: &World, core: Arc<dyn CoreBank>) -> Verdict {
    suite(async || Bank {
        core: core.clone(),
        ..world.bank()
    })
    .await
}

async fn the_embedded_core_passes(world: World) {
    whole(&run(&world, Arc::new(world.core.clone())).await);
    world.books_are_whole().await;
}

async fn a_core_that_gets_everything_twice_passes(world: World) {
    let stub = Stub::new(Arc::new(world.core.clone()), world.clock.clone());
    for op in Op::COMMANDS {
        stub.every(op, Fault::Duplicate);
    }
    whole(&run(&world, Arc::new(stub)).await);
    world.books_are_whole().await;
}

async fn the_core_behind_http_passes(world: World) {
    let base = world.serve().await;
    let http = World::http(&base);
    whole(&run(&world, Arc::new(http)).await);
    world.books_are_whole().await;
}

async fn the_suite_finds_each_kind_of_misbehaviour(world: World) {
    let faults = [
        (Op::Balance, Fault::Wrong),
        (Op::Payee, Fault::Wrong),
        (Op::TransferStatus, Fault::Wrong),
        (Op::CardBill, Fault::Wrong),
        (Op::Changes, Fault::Wrong),
        (Op::StatementFile, Fault::Wrong),
        (Op::Transfer, Fault::LoseAnswer),
        (Op::Restrict, Fault::Down),
        (Op::Hold, Fault::Refuse(corebank::RefusalCode::Declined)),
    ];
    for (op, fault) in faults {
        let stub = Stub::new(Arc::new(world.core.clone()), world.clock.clone());
        stub.every(op, fault);
        let verdict = run(&world, Arc::new(stub.clone())).await;
        assert!(!verdict.failed.is_empty(), "{op:?} {fault:?} went unnoticed");
        assert!(stub.calls(op) > 0);
    }
    world.books_are_whole().await;
}

async fn over_http_silence_is_unknown_and_never_a_refusal(world: World) {
    let bank = world.bank();
    let order = world.order(100);
    let nobody = World::http("http://127.0.0.1:9");
    assert_eq!(nobody.transfer(&order).await, corebank::Answer::Unknown);
    let mut options = HttpOptions::plain("");
    options.rules.command.total = Duration::from_millis(50);
    let stub = Stub::new(bank.core.clone(), kit::clock::Clock::system());
    stub.all(Fault::Delay(Duration::from_secs(5)));
    options.base = world::serve(Arc::new(stub)).await;
    let system = kit::clock::Clock::system();
    let slow = HttpCore::new(options, system.clone(), Ids::new(system, Random)).unwrap();
    assert_eq!(slow.transfer(&order).await, corebank::Answer::Unknown);
    let stub = Stub::new(bank.core.clone(), world.clock.clone());
    stub.next(Op::Transfer, Fault::LoseAnswer);
    let lossy = World::http(&world::serve(Arc::new(stub)).await);
    assert_eq!(lossy.transfer(&order).await, corebank::Answer::Unknown);
    let status = lossy.transfer_status(order.id).await.done().unwrap();
    assert!(
        matches!(status, corebank::TransferStatus::Posted(_)),
        "{status:?}"
    );
}
