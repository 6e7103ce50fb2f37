//! Which push goes to which handler, and what may be answered with.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use weigui_wechat::{Content, Event, Heard, Key, Push, Reply, Responder as _, Routes};

#[derive(Default)]
struct Bank {
    asked: AtomicUsize,
    late: Arc<Mutex<Vec<String>>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the core bank is away")]
struct Away;

fn push(inner: &str) -> Arc<Push> {
    let document = format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName><CreateTime>1</CreateTime>{inner}</xml>"
    );
    Arc::new(Push::parse(&document).unwrap())
}

fn text(words: &str) -> Arc<Push> {
    push(&format!(
        "<MsgType>text</MsgType><Content>{words}</Content><MsgId>1</MsgId>"
    ))
}

fn event(inner: &str) -> Arc<Push> {
    push(&format!("<MsgType>event</MsgType>{inner}"))
}

async fn balance(heard: Heard<Bank>) -> String {
    let asked = heard.state.asked.fetch_add(1, Ordering::SeqCst) + 1;
    format!("余额 {asked} {}", heard.openid())
}

async fn transfer(heard: Heard<Bank>) -> Result<Option<Reply>, Away> {
    match heard.argument() {
        "" => Err(Away),
        "0" => Ok(None),
        amount => Ok(Some(Reply::Text(format!("转 {amount}")))),
    }
}

fn routes() -> Routes<Bank> {
    with_rules(Routes::new(Bank::default()))
}

fn with_rules(routes: Routes<Bank>) -> Routes<Bank> {
    routes
        .command("余额", balance)
        .command("Help", async |_| "帮助")
        .command("转账", transfer)
        .choice("101", async |_| "谢谢")
        .text(async |heard: Heard<Bank>| format!("听到：{}", heard.text()))
        .message(
            |content| matches!(content, Content::Image { .. }),
            async |_| Reply::TransferToService { account: None },
        )
        .click("BALANCE", balance)
        .event("subscribe", async |heard: Heard<Bank>| match heard.event() {
            Some(Event::Subscribe { scene: Some(scene) }) => format!("欢迎，{scene}"),
            _ => "欢迎".to_owned(),
        })
        .event("some_future_event", async |_| ())
        .when(|push| push.from == "oVIP", async |_| "VIP")
        .otherwise(async |_| Option::<Reply>::None)
        .when_late(async |heard: Heard<Bank>, reply: Reply| {
            heard.state.late.lock().unwrap().push(format!("{reply:?}"));
        })
}

async fn said(routes: &Routes<Bank>, push: Arc<Push>) -> Option<String> {
    let key = Key::of("wx1", &push);
    match routes.respond(push, key).await.unwrap() {
        Some(Reply::Text(words)) => Some(words),
        Some(other) => Some(other.kind().to_owned()),
        None => None,
    }
}

#[tokio::test]
async fn the_first_rule_that_matches_answers() {
    let routes = routes();
    for (push, answer) in [
        (text("余额"), Some("余额 1 oU")),
        (text(" 余额。 "), Some("余额 2 oU")),
        (text("HELP me"), Some("帮助")),
        (text("转账 100 元"), Some("转 100 元")),
        (text("转账 0"), None),
        (text("余额宝"), Some("听到：余额宝")),
        (
            push(
                "<MsgType>voice</MsgType><MediaId>m</MediaId><Recognition>余额。</Recognition><MsgId>1</MsgId>",
            ),
            Some("余额 3 oU"),
        ),
        (
            push("<MsgType>image</MsgType><MediaId>m</MediaId><MsgId>1</MsgId>"),
            Some("transfer_customer_service"),
        ),
        (
            event("<Event>CLICK</Event><EventKey>BALANCE</EventKey>"),
            Some("余额 4 oU"),
        ),
        (event("<Event>CLICK</Event><EventKey>OTHER</EventKey>"), None),
        (
            event("<Event>subscribe</Event><EventKey>qrscene_BR01</EventKey>"),
            Some("欢迎，BR01"),
        ),
        (event("<Event>some_future_event</Event>"), None),
        (
            push(
                "<MsgType>text</MsgType><Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid><MsgId>1</MsgId>",
            ),
            Some("谢谢"),
        ),
    ] {
        assert_eq!(
            said(&routes, Arc::clone(&push)).await.as_deref(),
            answer,
            "{push:?}"
        );
    }
}

#[tokio::test]
async fn a_failing_handler_fails_the_push_and_a_late_reply_finds_its_way() {
    let routes = routes();
    let failing = text("转账");
    let key = Key::of("wx1", &failing);
    let error = routes.respond(Arc::clone(&failing), key).await.unwrap_err();
    assert_eq!(error.to_string(), "the core bank is away");
    let bank = Bank::default();
    let arrived = Arc::clone(&bank.late);
    let routes = with_rules(Routes::new(bank));
    routes.late(failing, key, Reply::Text("迟到".into())).await;
    assert_eq!(*arrived.lock().unwrap(), ["Text(\"迟到\")"]);
    let silent = Routes::new(Bank::default());
    assert!(silent.respond(text("x"), key).await.unwrap().is_none());
}
