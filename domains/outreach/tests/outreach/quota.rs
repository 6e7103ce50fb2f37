//! Customer messages come out of the ledger and never go beyond it.

use couriers::WeChatAnswer;
use kit::clock::{HOUR, MINUTE};

use crate::house::{House, WANG, on_both};

async fn answers(house: &House, keys: std::ops::Range<i32>) {
    for key in keys {
        house.answers_late(WANG, &format!("k{key}")).await;
        house.works().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sixth_message_within_48_hours_is_refused_here() {
    on_both(async |house| {
        house.writes(WANG).await;
        answers(&house, 0..6).await;
        assert_eq!(
            house.wires.texts(),
            ["答复k0", "答复k1", "答复k2", "答复k3", "答复k4"]
        );
        assert_eq!(house.wires.calls(), 5, "WeChat was not asked for the sixth");
        assert_eq!(house.messages().await.first().unwrap(), "wechat_text sent");
        assert!(
            house
                .messages()
                .await
                .contains(&"wechat_text skipped no_quota".to_owned())
        );
        // What the customer writes opens the window anew.
        house.writes(WANG).await;
        answers(&house, 6..7).await;
        assert_eq!(house.wires.calls(), 6);
        house.hand.forward(48 * HOUR);
        answers(&house, 7..8).await;
        assert_eq!(house.wires.calls(), 6, "the window is over");
        assert_eq!(
            house
                .count("select count(*) from outreach_send where content <> ''")
                .await,
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_opens_three_within_a_minute_and_is_used_up_first() {
    on_both(async |house| {
        house.clicks(WANG).await;
        answers(&house, 0..4).await;
        assert_eq!(house.wires.calls(), 3);
        house.writes(WANG).await;
        house.clicks(WANG).await;
        answers(&house, 4..7).await;
        let left = "select left_count from outreach_window where kind = 'message'";
        assert_eq!((house.wires.calls(), house.count(left).await), (6, 5));
        house.clicks(WANG).await;
        house.hand.forward(MINUTE);
        answers(&house, 7..8).await;
        assert_eq!((house.wires.calls(), house.count(left).await), (7, 4));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_window_nothing_is_sent() {
    on_both(async |house| {
        house.follows(WANG, None).await;
        answers(&house, 0..1).await;
        assert_eq!(house.wires.calls(), 0);
        // What a user opened before leaving is closed.
        house.writes(WANG).await;
        house.unfollows(WANG).await;
        house.follows(WANG, None).await;
        answers(&house, 1..2).await;
        assert_eq!(house.wires.calls(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_never_overdraw() {
    on_both(async |house| {
        for round in 0..5 {
            house.writes(WANG).await;
            for key in 0..12 {
                house.answers_late(WANG, &format!("r{round}.{key}")).await;
            }
            let (one, two) = (house.worker(), house.worker());
            let (one, two) = tokio::join!(
                house.cx.tasks.start(async move { one.drain().await }),
                two.drain()
            );
            one.unwrap().unwrap();
            two.unwrap();
            house.works().await;
            assert_eq!(house.wires.calls(), 5 * (round + 1));
        }
        assert_eq!(
            house
                .count("select count(*) from outreach_send where state = 'skipped'")
                .await,
            35
        );
        assert_eq!(house.count("select count(*) from job").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_wechat_counts_otherwise_the_ledger_believes_it() {
    on_both(async |house| {
        house.writes(WANG).await;
        house.wires.says([WeChatAnswer::Refused(45047)]);
        answers(&house, 0..1).await;
        answers(&house, 1..2).await;
        assert_eq!(house.wires.calls(), 1);
        assert_eq!(
            house.messages().await,
            ["wechat_text failed 45047", "wechat_text skipped no_quota"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_an_answer_is_not_repeated_and_a_refused_one_draws_once() {
    on_both(async |house| {
        house.writes(WANG).await;
        house.wires.says([WeChatAnswer::Unknown]);
        answers(&house, 0..1).await;
        house.passes(MINUTE).await;
        assert_eq!((house.wires.calls(), house.wires.texts().len()), (1, 1));
        house
            .wires
            .says([WeChatAnswer::Refused(-1), WeChatAnswer::Refused(-1)]);
        answers(&house, 1..2).await;
        house.passes(MINUTE).await;
        assert_eq!(house.wires.texts(), ["答复k0", "答复k1"]);
        assert_eq!(
            house
                .count("select left_count from outreach_window where kind = 'message'")
                .await,
            3
        );
        assert_eq!(
            house.messages().await,
            ["wechat_text sent", "wechat_text unknown no_answer"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_one_answer_and_its_words_are_sealed_while_they_wait() {
    on_both(async |house| {
        house.writes(WANG).await;
        house.answers_late(WANG, "same").await;
        house.answers_late(WANG, "same").await;
        assert_eq!(
            house
                .count("select count(*) from outreach_send where content like 'v1.%'")
                .await,
            1
        );
        house.works().await;
        house.answers_late(WANG, "same").await;
        house.works().await;
        assert_eq!(house.wires.texts(), ["答复same"]);
    })
    .await;
}
