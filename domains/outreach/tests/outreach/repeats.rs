//! What may have been sent is repeated under the same id only, and only while WeChat tells repetitions apart.

use couriers::WeChatAnswer;
use kit::clock::MINUTE;

use crate::house::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn silence_and_then_an_answer_is_one_message() {
    on_both(async |house| {
        house.wires.says([WeChatAnswer::Unknown, WeChatAnswer::Unknown]);
        house.tell(house.paid("t1")).await.unwrap();
        house.works().await;
        house.passes(20_000).await;
        assert_eq!((house.wires.calls(), house.wires.templates().len()), (3, 1));
        assert_eq!(house.messages().await, ["wechat_template sent"]);
        house.passes(10 * MINUTE).await;
        assert_eq!(house.wires.calls(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_that_lasts_ends_as_unknown_and_nothing_goes_in_its_place() {
    on_both(async |house| {
        house.wires.says(vec![WeChatAnswer::Unknown; 100]);
        house.tell(house.paid("t1")).await.unwrap();
        house.works().await;
        house.passes(9 * MINUTE).await;
        let calls = house.wires.calls();
        assert!(calls > 5, "{calls}");
        house.passes(5 * MINUTE).await;
        assert_eq!(
            house.wires.calls(),
            calls,
            "nothing after the time in which WeChat tells repetitions apart"
        );
        assert_eq!(house.messages().await, ["wechat_template unknown no_answer"]);
        assert_eq!((house.wires.templates().len(), house.wires.sms().len()), (1, 0));
        assert_eq!(
            house
                .count("select count(*) from outreach_notice where content <> ''")
                .await,
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_after_silence_sends_nothing_in_its_place() {
    on_both(async |house| {
        house
            .wires
            .says([WeChatAnswer::Unknown, WeChatAnswer::Refused(43004)]);
        house.tell(house.paid("t1")).await.unwrap();
        house.works().await;
        house.passes(10_000).await;
        assert_eq!((house.wires.templates().len(), house.wires.sms().len()), (1, 0));
        assert_eq!(house.messages().await, ["wechat_template unknown 43004"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_wechat_is_asked_again_and_left_for_the_sms_when_it_stays_busy() {
    on_both(async |house| {
        house.wires.says(vec![WeChatAnswer::Refused(-1); 3]);
        house.tell(house.paid("t1")).await.unwrap();
        house.works().await;
        house.passes(20_000).await;
        assert_eq!((house.wires.templates().len(), house.wires.sms().len()), (1, 0));
        house.wires.says(vec![WeChatAnswer::Refused(-1); 100]);
        house.tell(house.paid("t2")).await.unwrap();
        house.works().await;
        house.passes(10 * MINUTE).await;
        assert_eq!((house.wires.templates().len(), house.wires.sms().len()), (1, 1));
        assert_eq!(house.count("select count(*) from job").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_sending_and_recording_doubles_nothing() {
    on_both(async |house| {
        // As the rows stand when the process dies after WeChat has taken the message.
        house.wires.says([WeChatAnswer::Unknown]);
        house.tell(house.paid("t1")).await.unwrap();
        house.works().await;
        assert_eq!(
            house
                .sql("update outreach_send set code = '' where state = 'queued' and doubt_at > 0")
                .await,
            1
        );
        assert_eq!(house.sql("update job set run_at = 0, fence = fence + 1").await, 1);
        house.works().await;
        assert_eq!((house.wires.calls(), house.wires.templates().len()), (2, 1));
        // The same, found only after WeChat has forgotten.
        house.wires.says([WeChatAnswer::Unknown]);
        house.tell(house.paid("t2")).await.unwrap();
        house.works().await;
        house.hand.forward(10 * MINUTE);
        house.works().await;
        assert_eq!((house.wires.calls(), house.wires.templates().len()), (3, 2));
        assert_eq!(
            house.messages().await,
            ["wechat_template sent", "wechat_template unknown no_answer"]
        );
    })
    .await;
}
