//! The callback at its border: verification of the address, and everything that is not WeCom's refused alike.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use weigui_wechat::wecom::{Callback, CallbackSetup, Event, Listener, Push, Receiver};
use weigui_wechat::{Key, Query, Reject, ResponderError, SystemRandom, xml};

/// Token, key and corpid of the demonstration in WeCom's documentation.
const TOKEN: &str = "QDG6eK";
const AES: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const CORP: &str = "wx5823bf96d3bd56c7";
const ECHO: &str = "1616140317555161061";
const NOW: i64 = 1_409_659_589;

fn receiver() -> Receiver {
    Receiver::new(CORP, TOKEN, AES).unwrap()
}

/// Query and body as WeCom makes them for this clear text.
fn push(receiver: &Receiver, clear: &str, at: i64) -> (String, String) {
    let encrypted = receiver.encrypt(clear, b"0123456789abcdef");
    let signature = receiver.sign(&at.to_string(), "263014780", &encrypted);
    (
        format!("msg_signature={signature}&timestamp={at}&nonce=263014780"),
        format!(
            "<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>\
             <AgentID><![CDATA[218]]></AgentID></xml>"
        ),
    )
}

fn clear(corp: &str, inner: &str) -> String {
    format!(
        "<xml><ToUserName>{corp}</ToUserName><FromUserName>mycreate</FromUserName>\
         <CreateTime>{NOW}</CreateTime>{inner}</xml>"
    )
}

fn doorbell() -> String {
    clear(
        CORP,
        "<MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>T</Token><OpenKfId>wk</OpenKfId>",
    )
}

/// Keeps what it hears, under the key; fails as often as told.
#[derive(Default)]
struct Book {
    heard: Mutex<Vec<(Key, Event)>>,
    fails: AtomicUsize,
    slow: AtomicUsize,
}

impl Listener for Book {
    fn hear(&self, push: Arc<Push>, key: Key) -> BoxFuture<'static, Result<Option<String>, ResponderError>> {
        if self.fails.load(Ordering::SeqCst) > 0 {
            self.fails.fetch_sub(1, Ordering::SeqCst);
            return async { Err("the store is down".into()) }.boxed();
        }
        if self.slow.load(Ordering::SeqCst) > 0 {
            return async {
                tokio::time::sleep(Duration::from_secs(30)).await;
                Ok(None)
            }
            .boxed();
        }
        if let Some(event) = push.event() {
            self.heard.lock().unwrap().push((key, event.clone()));
            return async { Ok(None) }.boxed();
        }
        async { Ok(Some("收到".to_owned())) }.boxed()
    }
}

fn callback() -> (Arc<Book>, Callback) {
    let book = Arc::new(Book::default());
    let listener: Arc<dyn Listener> = Arc::<Book>::clone(&book);
    let mut setup = CallbackSetup::new(receiver(), listener, Arc::new(|| NOW));
    setup.deadline = Duration::from_millis(200);
    (book, Callback::new(setup))
}

#[test]
fn the_address_is_verified_with_an_encrypted_echo() {
    let receiver = receiver();
    let encrypted = receiver.encrypt(ECHO, b"0123456789abcdef");
    let signature = receiver.sign("1409659589", "263014780", &encrypted);
    let encoded = encrypted
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let (_, callback) = callback();
    for echo in [encoded.as_str(), encrypted.as_str()] {
        let raw = format!("msg_signature={signature}&timestamp=1409659589&nonce=263014780&echostr={echo}");
        let answer = callback.get(&raw);
        assert_eq!((answer.status, answer.body.as_str()), (200, ECHO), "{echo}");
    }
    let other = Receiver::new("wwother", TOKEN, AES)
        .unwrap()
        .encrypt(ECHO, &[1; 16]);
    let signature = receiver.sign("1409659589", "263014780", &other);
    let raw = format!(
        "msg_signature={signature}&timestamp=1409659589&nonce=263014780&echostr={}",
        other.replace('+', "%2B")
    );
    let query = Query::parse(&raw).unwrap();
    assert_eq!(receiver.verify_url(&query, NOW), Err(Reject::Appid));
    assert_eq!(callback.get(&raw).status, 403);
    assert_eq!(callback.get("").status, 403);
    assert_eq!(
        callback
            .get("msg_signature=x&timestamp=1409659589&nonce=1&echostr=eA==")
            .status,
        403
    );
}

#[test]
fn a_bots_message_ends_with_no_id() {
    let bot = Receiver::bot(TOKEN, AES).unwrap();
    let (query, body) = push(&bot, "<xml/>", NOW);
    let query = Query::parse(&query).unwrap();
    assert_eq!(bot.open(&query, body.as_bytes(), NOW).unwrap(), "<xml/>");
    assert_eq!(receiver().open(&query, body.as_bytes(), NOW), Err(Reject::Appid));
}

#[tokio::test]
async fn a_push_is_taken_and_answered_with_nothing() {
    let (book, callback) = callback();
    let (query, body) = push(&receiver(), &doorbell(), NOW);
    let answer = callback.post(&query, body.as_bytes()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    callback.post(&query, body.as_bytes()).await;
    let heard = book.heard.lock().unwrap();
    assert_eq!(heard.len(), 2, "at least once; the key tells the same one");
    assert_eq!(heard[0].0, heard[1].0);
}

#[tokio::test]
async fn what_is_not_wecoms_is_refused_alike() {
    let (book, callback) = callback();
    let receiver = receiver();
    let (query, body) = push(&receiver, &doorbell(), NOW);
    let (stale, stale_body) = push(&receiver, &doorbell(), NOW - 301);
    let (foreign, foreign_body) = push(&Receiver::new("wwother", TOKEN, AES).unwrap(), &doorbell(), NOW);
    let (inner, inner_body) = push(&receiver, &doorbell().replace(CORP, "wwother"), NOW);
    let (no_event, no_event_body) = push(&receiver, &clear(CORP, "<MsgType>event</MsgType>"), NOW);
    let tampered = body.replacen("<Encrypt><![CDATA[", "<Encrypt><![CDATA[A", 1);
    let huge = format!("<xml><Encrypt>{}</Encrypt></xml>", "A".repeat(70_000));
    let bomb = format!("<!DOCTYPE x [<!ENTITY e \"A\">]>{body}");
    let cases: [(&str, &[u8]); 14] = [
        (&query, tampered.as_bytes()),
        (&query, b""),
        (&query, b"<xml>"),
        (&query, b"{\"Encrypt\":\"x\"}"),
        (&query, b"\xff\xfe"),
        (&query, huge.as_bytes()),
        (&query, bomb.as_bytes()),
        ("", body.as_bytes()),
        ("timestamp=1409659589&nonce=263014780", body.as_bytes()),
        (&query.replace("nonce=263014780", "nonce=1"), body.as_bytes()),
        (&stale, stale_body.as_bytes()),
        (&foreign, foreign_body.as_bytes()),
        (&inner, inner_body.as_bytes()),
        (&no_event, no_event_body.as_bytes()),
    ];
    for (query, body) in cases {
        let answer = callback.post(query, body).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (403, "refused"),
            "{query} {}",
            String::from_utf8_lossy(body)
        );
    }
    assert!(book.heard.lock().unwrap().is_empty());
    assert_eq!(callback.post(&query, body.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn what_could_not_be_taken_comes_again() {
    let (book, callback) = callback();
    book.fails.store(1, Ordering::SeqCst);
    let (query, body) = push(&receiver(), &doorbell(), NOW);
    assert_eq!(callback.post(&query, body.as_bytes()).await.status, 503);
    assert_eq!(callback.post(&query, body.as_bytes()).await.status, 200);
    assert_eq!(book.heard.lock().unwrap().len(), 1);
    book.slow.store(1, Ordering::SeqCst);
    assert_eq!(
        callback.post(&query, body.as_bytes()).await.status,
        503,
        "late is not taken"
    );
}

#[tokio::test]
async fn a_members_message_may_be_answered() {
    let (_, callback) = callback();
    let receiver = receiver();
    let text = clear(
        CORP,
        "<MsgType>text</MsgType><Content>hello</Content><MsgId>4561255354251345929</MsgId>",
    );
    let (query, body) = push(&receiver, &text, NOW);
    let answer = callback.post(&query, body.as_bytes()).await;
    let leaf = |name: &str| {
        let leaves = xml::leaves(&answer.body).unwrap();
        leaves.into_iter().find(|(path, _)| path == name).unwrap().1
    };
    let raw = format!(
        "msg_signature={}&timestamp={}&nonce={}",
        leaf("MsgSignature"),
        leaf("TimeStamp"),
        leaf("Nonce")
    );
    let opened = receiver
        .open(&Query::parse(&raw).unwrap(), answer.body.as_bytes(), NOW)
        .unwrap();
    assert!(
        opened.contains("<![CDATA[收到]]>") && opened.contains("<![CDATA[mycreate]]>"),
        "{opened}"
    );
    assert_ne!(
        receiver.seal("<xml/>", NOW, &SystemRandom).unwrap(),
        receiver.seal("<xml/>", NOW, &SystemRandom).unwrap()
    );
}
