//! 微信客服: pulling whatever rings and whoever rings it, answering, states, figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use weigui_wechat::client::CallError;
use weigui_wechat::kf::{
    Inflow, InflowError, KfContent, KfEvent, KfMessage, Ledger, LedgerError, MemoryLedger, MenuItem, Moved,
    Origin, Outgoing, Rung, SendFailure, ServiceState,
};

use crate::platform::Platform;

const SYNC: &str = "/cgi-bin/kf/sync_msg";
const WK: &str = "wkAccount";

fn page(cursor: &str, more: bool, messages: &[Value]) -> Value {
    json!({"errcode": 0, "next_cursor": cursor, "has_more": i64::from(more), "msg_list": messages})
}

fn text(id: &str, words: &str) -> Value {
    json!({"msgid": id, "open_kfid": WK, "external_userid": "wmA", "send_time": 5, "origin": 3, "msgtype": "text",
           "text": {"content": words, "menu_id": ""}})
}

fn ids(messages: &[KfMessage]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

fn inflow(platform: &Platform, ledger: &Arc<MemoryLedger>) -> Inflow {
    let ledger: Arc<dyn Ledger> = Arc::<MemoryLedger>::clone(ledger);
    Inflow::new(platform.kf(), ledger)
}

#[tokio::test]
async fn an_empty_page_with_more_behind_it_is_not_the_end() {
    let platform = Platform::start().await;
    platform.says(SYNC, page("c1", true, &[text("1", "在吗")]));
    platform.says(SYNC, page("c2", true, &[]));
    platform.says(SYNC, page("c3", false, &[text("2", "查余额")]));
    let ledger = Arc::new(MemoryLedger::default());
    let rung = inflow(&platform, &ledger).ring(WK, Some("ENC")).await.unwrap();
    assert_eq!(rung, Rung::Pulled(2));
    assert_eq!(ids(&ledger.messages(WK)), ["1", "2"]);
    assert_eq!(platform.calls_to(SYNC), 3);
    let (_, last) = platform.last();
    assert_eq!(
        (&last["cursor"], &last["token"], &last["limit"]),
        (&json!("c2"), &json!("ENC"), &json!(1000))
    );
    platform.says(SYNC, page("c3", false, &[]));
    inflow(&platform, &ledger).ring(WK, None).await.unwrap();
    assert_eq!(
        platform.last().1["cursor"],
        "c3",
        "a new process goes on where the old one stopped"
    );
}

#[tokio::test]
async fn many_doorbells_are_one_or_two_pulls() {
    let platform = Platform::start().await;
    platform.says(SYNC, page("c1", false, &[text("1", "在吗")]));
    let ledger = Arc::new(MemoryLedger::default());
    let inflow = inflow(&platform, &ledger);
    let rung = join_all((0..20).map(|_| inflow.ring(WK, Some("ENC")))).await;
    let joined = rung.iter().filter(|r| matches!(r, Ok(Rung::Joined))).count();
    assert!(joined >= 18, "{joined}");
    assert!(platform.calls_to(SYNC) <= 2);
    assert_eq!(ids(&ledger.messages(WK)), ["1"]);
}

/// A ledger that fails, or whose cursor another node has moved.
struct Contested {
    inner: MemoryLedger,
    fails: AtomicUsize,
    moved: AtomicUsize,
}

impl Ledger for Contested {
    fn cursor<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, LedgerError>> {
        self.inner.cursor(id)
    }

    fn keep<'a>(
        &'a self,
        id: &'a str,
        moved: Moved<'a>,
        messages: &'a [KfMessage],
    ) -> BoxFuture<'a, Result<bool, LedgerError>> {
        if self.fails.load(Ordering::SeqCst) > 0 {
            self.fails.fetch_sub(1, Ordering::SeqCst);
            return async { Err(LedgerError("down".into())) }.boxed();
        }
        if self.moved.load(Ordering::SeqCst) > 0 {
            self.moved.fetch_sub(1, Ordering::SeqCst);
            let other = self.inner.keep(id, moved, messages);
            return other.map(|kept| kept.map(|_| false)).boxed();
        }
        self.inner.keep(id, moved, messages)
    }
}

#[tokio::test]
async fn cursor_and_messages_move_together_or_not_at_all() {
    let platform = Platform::start().await;
    platform.says(SYNC, page("c1", false, &[text("1", "在吗")]));
    let ledger = Arc::new(Contested {
        inner: MemoryLedger::default(),
        fails: AtomicUsize::new(1),
        moved: AtomicUsize::new(0),
    });
    let shared: Arc<dyn Ledger> = Arc::<Contested>::clone(&ledger);
    let inflow = Inflow::new(platform.kf(), shared);
    assert!(matches!(inflow.ring(WK, None).await, Err(InflowError::Ledger(_))));
    assert!(ledger.inner.messages(WK).is_empty());
    assert_eq!(inflow.ring(WK, None).await.unwrap(), Rung::Pulled(1));
    assert_eq!(
        platform.last().1["cursor"],
        "",
        "the failed page was asked for again"
    );
    // Another node keeps the next page first: this one goes on from there and keeps nothing twice.
    platform.says(SYNC, page("c2", false, &[text("2", "查余额")]));
    platform.says(SYNC, page("c2", false, &[]));
    ledger.moved.store(1, Ordering::SeqCst);
    platform.says(SYNC, page("c2", false, &[]));
    inflow.ring(WK, None).await.unwrap();
    inflow.ring(WK, None).await.unwrap();
    assert_eq!(ids(&ledger.inner.messages(WK)), ["1", "2"]);
}

#[tokio::test]
async fn a_cursor_that_does_not_move_stops_the_pull() {
    let platform = Platform::start().await;
    platform.says(SYNC, page("", true, &[]));
    let ledger = Arc::new(MemoryLedger::default());
    let outcome = inflow(&platform, &ledger).ring(WK, None).await;
    assert!(matches!(outcome, Err(InflowError::Stuck)));
    assert_eq!(platform.calls_to(SYNC), 1);
}

#[tokio::test]
async fn every_kind_is_typed_and_odd_ones_are_kept() {
    let platform = Platform::start().await;
    let event =
        |inner: Value| json!({"msgid": "e", "send_time": 1, "origin": 4, "msgtype": "event", "event": inner});
    let messages = vec![
        json!({"msgid": "1", "origin": 3, "msgtype": "image", "image": {"media_id": "M"}}),
        event(
            json!({"event_type": "enter_session", "open_kfid": WK, "external_userid": "wmA", "scene": "s",
                     "scene_param": "p", "welcome_code": "WC"}),
        ),
        event(
            json!({"event_type": "msg_send_fail", "fail_msgid": "f", "fail_type": 6, "external_userid": "wmA"}),
        ),
        event(
            json!({"event_type": "session_status_change", "change_type": 3, "old_servicer_userid": "z", "msg_code": "MC"}),
        ),
        event(json!({"event_type": "servicer_status_change", "servicer_userid": "z", "status": 2})),
        event(json!({"event_type": "moon_change"})),
        json!({"msgid": "7", "origin": 5, "servicer_userid": "z", "msgtype": "merged_msg", "merged_msg": {"title": "t"}}),
        json!({"msgtype": 17}),
    ];
    platform.says(SYNC, page("c", false, &messages));
    let pull = platform.kf().pull(WK, None, None, 100).await.unwrap();
    let content: Vec<_> = pull.messages.iter().map(|m| &m.content).collect();
    assert_eq!(content[0], &KfContent::Image { media_id: "M".into() });
    let KfContent::Event(KfEvent::Entered(entered)) = content[1] else {
        panic!("{content:?}")
    };
    assert_eq!(
        (entered.scene_param.as_str(), entered.welcome_code.as_deref()),
        ("p", Some("WC"))
    );
    assert_eq!(pull.messages[1].external_user_id.as_deref(), Some("wmA"));
    assert_eq!(
        content[2],
        &KfContent::Event(KfEvent::SendFailed {
            id: "f".into(),
            why: SendFailure::QuotaSpent
        })
    );
    assert!(
        matches!(content[3], KfContent::Event(KfEvent::Session(c)) if c.change == 3 && c.message_code.as_deref() == Some("MC"))
    );
    assert!(matches!(
        content[4],
        KfContent::Event(KfEvent::ServicerStatus { receiving: false, .. })
    ));
    assert!(matches!(content[5], KfContent::Event(KfEvent::Other { kind, .. }) if kind == "moon_change"));
    assert!(
        matches!(content[6], KfContent::Other { kind, raw } if kind == "merged_msg" && raw["title"] == "t")
    );
    assert_eq!(pull.messages[6].origin, Origin::Servicer);
    assert_eq!(
        pull.messages[7].open_kf_id, WK,
        "an odd message does not stop the flow"
    );
    assert!(matches!(
        platform.kf().pull(WK, None, None, 1_001).await,
        Err(CallError::Invalid(_))
    ));
}

#[tokio::test]
async fn answers_are_measured_and_numbered() {
    let platform = Platform::start().await;
    let kf = platform.kf();
    let send = "/cgi-bin/kf/send_msg";
    platform.says(send, json!({"errcode": 0, "msgid": "OWN-1"}));
    let id = kf
        .send(WK, "wmA", Some("OWN-1"), &Outgoing::text("您好"))
        .await
        .unwrap();
    assert_eq!(id, "OWN-1");
    assert_eq!(
        platform.last().1,
        json!({"touser": "wmA", "open_kfid": WK, "msgid": "OWN-1", "msgtype": "text", "text": {"content": "您好"}})
    );
    let menu = Outgoing::menu(
        "满意吗？",
        vec![
            MenuItem::click("101", "满意"),
            MenuItem::view("https://a/", "看看"),
        ],
        "谢谢",
    );
    kf.send(WK, "wmA", None, &menu).await.unwrap();
    assert_eq!(
        platform.last().1["msgmenu"],
        json!({"head_content": "满意吗？", "list": [{"type": "click", "click": {"id": "101", "content": "满意"}},
               {"type": "view", "view": {"url": "https://a/", "content": "看看"}}], "tail_content": "谢谢"})
    );
    let too_long = Outgoing::text(&"长".repeat(683));
    for (id, message) in [
        (None, &too_long),
        (None, &Outgoing::text("")),
        (Some("with blank"), &menu),
        (Some(""), &menu),
    ] {
        let outcome = kf.send(WK, "wmA", id, message).await;
        assert!(matches!(outcome, Err(CallError::Invalid(_))), "{outcome:?}");
    }
    assert_eq!(platform.calls_to(send), 2);
    kf.send_on_event("WC", Some("w1"), &Outgoing::text("欢迎"))
        .await
        .unwrap();
    assert_eq!(
        platform.last(),
        (
            "/cgi-bin/kf/send_msg_on_event".to_owned(),
            json!({"code": "WC", "msgid": "w1", "msgtype": "text", "text": {"content": "欢迎"}})
        )
    );
    let picture = kf.send_on_event("WC", None, &Outgoing::image("M")).await;
    assert!(matches!(picture, Err(CallError::Invalid(_))));
}

#[tokio::test]
async fn states_accounts_people_and_figures() {
    let platform = Platform::start().await;
    let kf = platform.kf();
    platform.says(
        "/cgi-bin/kf/service_state/get",
        json!({"errcode": 0, "service_state": 3, "servicer_userid": "zhangsan"}),
    );
    let service = kf.service(WK, "wmA").await.unwrap();
    assert_eq!(
        (service.state, service.servicer.as_deref()),
        (ServiceState::Person, Some("zhangsan"))
    );
    platform.says(
        "/cgi-bin/kf/service_state/trans",
        json!({"errcode": 0, "msg_code": "MC"}),
    );
    let code = kf
        .change_service(WK, "wmA", ServiceState::Ended, None)
        .await
        .unwrap();
    assert_eq!(code.as_deref(), Some("MC"));
    assert_eq!(platform.last().1["service_state"], 4);
    for (next, who) in [
        (ServiceState::Person, None),
        (ServiceState::Queue, Some("z")),
        (ServiceState::New, None),
    ] {
        assert!(matches!(
            kf.change_service(WK, "wmA", next, who).await,
            Err(CallError::Invalid(_))
        ));
    }
    platform.says("/cgi-bin/kf/account/add", json!({"errcode": 0, "open_kfid": WK}));
    assert_eq!(kf.add_account("微柜客服", "M").await.unwrap(), WK);
    platform.says(
        "/cgi-bin/kf/add_contact_way",
        json!({"errcode": 0, "url": "https://work.weixin.qq.com/kf/x?enc_scene=y"}),
    );
    assert!(kf.contact_way(WK, "menu-1").await.unwrap().contains("enc_scene"));
    assert!(kf.contact_way(WK, "有汉字").await.is_err());
    platform.says(
        "/cgi-bin/kf/servicer/add",
        json!({"errcode": 0, "result_list": [{"userid": "a", "errcode": 0}, {"userid": "b", "errcode": 95014}]}),
    );
    let added = kf.add_servicers(WK, &["a".into(), "b".into()]).await.unwrap();
    assert_eq!(added.iter().map(|r| r.errcode).collect::<Vec<_>>(), [0, 95014]);
    platform.says(
        "/cgi-bin/kf/customer/batchget",
        json!({"errcode": 0, "customer_list": [{"external_userid": "wmA", "nickname": "李"}], "invalid_external_userid": ["x"]}),
    );
    let customers = kf.customers(&["wmA".into(), "x".into()]).await.unwrap();
    assert_eq!((customers.customers.len(), customers.invalid.len()), (1, 1));
    platform.says(
        "/cgi-bin/kf/get_servicer_statistic",
        json!({"errcode": 0, "statistic_list": [{"stat_time": 1, "statistic": {"session_cnt": 4, "reply_rate": 98.5}}]}),
    );
    let days = kf.servicer_statistic(WK, "zhangsan", 0, 86_400).await.unwrap();
    assert_eq!(days[0].statistic.session_cnt, 4);
    assert_eq!(days[0].statistic.reply_rate.as_ref().unwrap().to_string(), "98.5");
    assert!(kf.corp_statistic(WK, 0, 32 * 86_400).await.is_err());
}
