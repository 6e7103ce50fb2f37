//! WX09 AC11 · Who is told what, by which way, and who is not.

use couriers::{SmsAnswer, WeChatAnswer};
use kit::clock::HOUR;
use kit::money::Money;
use outreach::{Error, Notice, NoticeKind};

use crate::house::{House, PHONE, START, WANG, WANGS_SECOND, on_both};

const SEALED: &str = "select count(*) from outreach_notice where content <> ''";

async fn tells(house: &House, key: &str) {
    house.tell(house.paid(key)).await.unwrap();
    house.works().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wechat_user_of_the_customer_is_told_once() {
    on_both(async |house| {
        house.binds_second().await;
        tells(&house, "t1").await;
        tells(&house, "t1").await;
        let told = house.wires.templates();
        let mut openids: Vec<_> = told.iter().map(|order| order.openid.as_str()).collect();
        openids.sort_unstable();
        assert_eq!(openids, [WANG, WANGS_SECOND]);
        let order = told.first().unwrap();
        assert_eq!(order.template_id, "demo-transfer-done");
        assert_eq!(order.url, "https://bank.example/h5/transfers/0189");
        let rows: Vec<_> = order
            .data
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            rows,
            [
                ("phrase1", "转账成功"),
                ("amount2", "500.00元"),
                ("thing3", "*晓明"),
                ("character_string4", "1234"),
                ("time5", "2026-11-23 10:00:05"),
            ]
        );
        assert!(house.wires.sms().is_empty());
        assert_eq!(house.count("select count(*) from job").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_unfollow_nothing_goes_by_wechat_and_the_sms_does() {
    on_both(async |house| {
        house.follows(WANG, None).await;
        house.tell(house.paid("t1")).await.unwrap();
        // Already waiting to be sent when the customer leaves.
        house.unfollows(WANG).await;
        house.works().await;
        assert_eq!(house.wires.calls(), 0);
        let [(phone, text)] = &house.wires.sms()[..] else {
            panic!("{:?}", house.wires.sms())
        };
        assert_eq!(phone, PHONE);
        assert!(text.contains("尾号1234") && text.contains("500.00元"), "{text}");
        assert_eq!(
            house.messages().await,
            ["sms sent", "wechat_template skipped not_following"]
        );
        assert_eq!(house.count(SEALED).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wechat_refuses_goes_by_sms() {
    on_both(async |house| {
        for (at, code) in [43101, 45015, 40003, 40037, 43004].into_iter().enumerate() {
            house.wires.says([WeChatAnswer::Refused(code)]);
            tells(&house, &format!("t{code}")).await;
            assert_eq!(house.wires.sms().len(), at + 1, "{code}");
        }
        // The last answer said that the customer does not follow: WeChat is not asked again.
        let calls = house.wires.calls();
        tells(&house, "t6").await;
        assert_eq!((house.wires.calls(), house.wires.sms().len()), (calls, 6));
        assert!(
            house.follows(WANG, None).await,
            "the first follow that we hear of"
        );
        tells(&house, "t7").await;
        assert_eq!((house.wires.templates().len(), house.wires.sms().len()), (1, 6));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wechat_user_told_is_enough_and_none_is_one_sms() {
    on_both(async |house| {
        house.binds_second().await;
        house.unfollows(WANG).await;
        tells(&house, "t1").await;
        assert_eq!((house.wires.templates().len(), house.wires.sms().len()), (1, 0));
        house.unfollows(WANGS_SECOND).await;
        tells(&house, "t2").await;
        assert_eq!((house.wires.templates().len(), house.wires.sms().len()), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_without_wechat_is_told_by_sms() {
    on_both(async |house| {
        house
            .sql("update identity_binding set state = 'ended', active_openid = null")
            .await;
        tells(&house, "t1").await;
        assert_eq!((house.wires.calls(), house.wires.sms().len()), (0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_unbound_meanwhile_learns_nothing() {
    on_both(async |house| {
        house.wires.says([WeChatAnswer::Refused(-1)]);
        tells(&house, "t1").await;
        house
            .sql("update identity_binding set state = 'ended', active_openid = null")
            .await;
        house.passes(10_000).await;
        assert_eq!((house.wires.calls(), house.wires.templates().len()), (1, 0));
        assert_eq!(
            house.messages().await,
            ["sms sent", "wechat_template skipped unbound"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_end_a_notice_and_a_block_sends_the_sms() {
    on_both(async |house| {
        tells(&house, "t1").await;
        assert_eq!(
            house.count(SEALED).await,
            1,
            "kept until the receipt, for the SMS"
        );
        house.receipt("1", "success").await;
        assert_eq!(
            (house.count(SEALED).await, house.messages().await),
            (0, vec!["wechat_template delivered".to_owned()])
        );
        tells(&house, "t2").await;
        house.receipt("2", "failed:user block").await;
        house.receipt("2", "failed:user block").await;
        house.works().await;
        assert_eq!(house.wires.sms().len(), 1);
        assert_eq!(house.count(SEALED).await, 0);
        // Of another system of the same account.
        house.receipt("999", "success").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_may_come_before_its_message_is_recorded() {
    on_both(async |house| {
        house.receipt("1", "failed: user block").await;
        tells(&house, "t1").await;
        assert_eq!(house.wires.sms().len(), 1);
        assert_eq!(
            house.messages().await,
            ["sms sent", "wechat_template failed user_block"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_that_never_come_do_not_keep_the_content() {
    on_both(async |house| {
        tells(&house, "t1").await;
        outreach::tidy_up(&house.outreach).await.unwrap();
        assert_eq!(house.count(SEALED).await, 1);
        house.hand.forward(3 * HOUR);
        house.tell(house.paid("t2")).await.unwrap();
        outreach::tidy_up(&house.outreach).await.unwrap();
        assert_eq!(house.count(SEALED).await, 1, "the one that still waits");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_sealed_and_jobs_carry_ids_only() {
    on_both(async |house| {
        house.tell(house.paid("t1")).await.unwrap();
        assert_eq!(
            house
                .count("select count(*) from outreach_notice where content like 'v1.%'")
                .await,
            1
        );
        assert_eq!(
            house.count("select count(*) from job where payload <> k").await,
            0
        );
        assert_eq!(house.count("select count(*) from job where payload = k").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_small_sums_is_not_told_of_them() {
    on_both(async |house| {
        house
            .sql("update identity_customer set balance_notice_min = 50001")
            .await;
        tells(&house, "t1").await;
        house
            .sql("update identity_customer set balance_notice = 0, balance_notice_min = 0")
            .await;
        tells(&house, "t2").await;
        assert_eq!(
            (
                house.wires.calls(),
                house.wires.sms().len(),
                house.count(SEALED).await
            ),
            (0, 0, 0)
        );
        let kind = NoticeKind::LossReported {
            account_tail: "1234".to_owned(),
            receipt_no: "GS1".to_owned(),
            at: START,
        };
        house
            .tell(Notice {
                kind,
                link: None,
                ..house.paid("t3")
            })
            .await
            .unwrap();
        house.works().await;
        assert_eq!(
            house.wires.templates().len(),
            1,
            "a loss report is told in any case"
        );
        house
            .sql("update identity_customer set balance_notice = 1, balance_notice_min = 50000")
            .await;
        tells(&house, "t4").await;
        assert_eq!(house.wires.templates().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_are_warned_of_a_new_binding_and_the_new_one_is_not() {
    on_both(async |house| {
        let warning = |new: &str, key: &str| Notice {
            kind: NoticeKind::BoundElsewhere {
                new_openid: new.to_owned(),
                at: START,
            },
            link: None,
            ..house.paid(key)
        };
        house.tell(warning(WANG, "first")).await.unwrap();
        house.works().await;
        assert_eq!(
            (
                house.wires.calls(),
                house.wires.sms().len(),
                house.count(SEALED).await
            ),
            (0, 0, 0)
        );
        house.binds_second().await;
        house.tell(warning(WANGS_SECOND, "second")).await.unwrap();
        house.works().await;
        let told: Vec<_> = house
            .wires
            .templates()
            .into_iter()
            .map(|order| order.openid)
            .collect();
        assert_eq!(told, [WANG]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rolled_back_was_never_said() {
    on_both(async |house| {
        let (outreach, notice) = (house.outreach.clone(), house.paid("t1"));
        let undone: Result<(), Error> = house
            .cx
            .db
            .tx(async move |c| {
                outreach.notice(c, &notice).await?;
                Err(Error::Key)
            })
            .await;
        assert!(undone.is_err());
        house.works().await;
        assert_eq!((house.wires.calls(), house.messages().await.len()), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn marketing_and_foreign_links_are_refused_before_anything_is_written() {
    on_both(async |house| {
        let kind = NoticeKind::TransferFailed {
            amount: Money::cny(1),
            payee_masked: "*明".to_owned(),
            account_tail: "1234".to_owned(),
            reason: "限时优惠，立即办理".to_owned(),
            at: START,
        };
        let refused = house
            .tell(Notice {
                kind,
                ..house.paid("t1")
            })
            .await;
        assert!(matches!(refused, Err(Error::Marketing(_))), "{refused:?}");
        let link = Some("https://evil.example/h5/".to_owned());
        assert!(matches!(
            house
                .tell(Notice {
                    link,
                    ..house.paid("t1")
                })
                .await,
            Err(Error::Link)
        ));
        assert!(matches!(house.tell(house.paid("")).await, Err(Error::Key)));
        assert_eq!(house.count("select count(*) from outreach_notice").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_is_repeated_under_its_id_and_given_up_in_the_end() {
    on_both(async |house| {
        house.unfollows(WANG).await;
        house.wires.gateway.next(SmsAnswer::Unknown);
        house.wires.gateway.next(SmsAnswer::Refused("busy".to_owned()));
        tells(&house, "t1").await;
        house.passes(20_000).await;
        assert_eq!(house.wires.sms().len(), 1, "shown once");
        for _ in 0..5 {
            house
                .wires
                .gateway
                .next(SmsAnswer::Refused("bad_phone".to_owned()));
        }
        tells(&house, "t2").await;
        house.passes(60_000).await;
        assert_eq!(
            house
                .count("select count(*) from outreach_send where code = 'bad_phone'")
                .await,
            1
        );
        assert_eq!(
            (
                house.count(SEALED).await,
                house.count("select count(*) from job").await
            ),
            (0, 0)
        );
    })
    .await;
}
