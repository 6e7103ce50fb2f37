//! What is thrown at the parts that read what strangers send. Each target takes any bytes, must neither stop nor
//! contradict itself, and is shared by the fuzzers in `fuzz/` and by the smoke test that runs everywhere.

use std::sync::OnceLock;

use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use serde_json::{Value, json};
use weigui_wechat::crypto::AeadKey;
use weigui_wechat::pay::{Content, Merchant, Settings, callback};
use weigui_wechat::{Account, Key, Push, Query, Reply, xml};

const APPID: &str = "wx1234567890abcdef";
/// Its 32 bytes are zeros.
const AES_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const API_KEY: &str = "bankdemo0123456789bankdemo012345";
const MCHID: &str = "1900000001";
const NOW: i64 = 1_767_196_800;

fn account() -> Account {
    Account::new(APPID, "fuzztoken", AES_KEY, "gh_1").unwrap()
}

/// The XML reader and writer, and the message that a document may be.
pub(crate) fn xml(data: &[u8]) {
    let Ok(document) = std::str::from_utf8(data) else {
        return;
    };
    for (_, value) in xml::leaves(document).unwrap_or_default() {
        let mut out = "<xml>".to_owned();
        xml::write_cdata(&mut out, "V", &value);
        out.push_str("</xml>");
        let again = xml::leaves(&out).expect("what we write can be read");
        let legal: String = value.chars().filter(|c| is_legal(*c)).collect();
        assert_eq!(again, [("V".to_owned(), lines(&legal))], "{document:?}");
    }
    push(document);
}

/// What XML 1.0 can hold.
fn is_legal(c: char) -> bool {
    !((c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// Line ends as every XML reader makes them.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A decrypted push, JSON or XML by its first character.
pub(crate) fn json_push(data: &[u8]) {
    if let Ok(document) = std::str::from_utf8(data) {
        push(document);
    }
}

fn push(document: &str) {
    let Ok(push) = Push::parse(document) else { return };
    let key = Key::of(APPID, &push);
    let again = Push::parse(document).expect("the same document");
    assert_eq!(again, push);
    assert_eq!(Key::of(APPID, &again).to_hex(), key.to_hex());
    // Whoever wrote it can be answered, and the answer says to whom.
    let reply = Reply::text_cut(document);
    let Ok(answer) = reply.to_xml(&push, NOW) else {
        return;
    };
    let leaves = xml::leaves(&answer).expect("our answer can be read");
    let to = leaves
        .iter()
        .find(|(path, _)| path == "ToUserName")
        .map(|(_, to)| to.clone());
    let from: String = push.from.chars().filter(|c| is_legal(*c)).collect();
    assert_eq!(to, Some(lines(&from)));
}

/// Ciphertexts: as text from outside, and as what decrypts to any bytes at all.
pub(crate) fn decrypt(data: &[u8]) {
    let account = account();
    if let Ok(text) = std::str::from_utf8(data) {
        drop(account.decrypt(text));
        open(&account, text);
        let sealed = account.encrypt(text.as_bytes(), &[7; 16]);
        assert_eq!(account.decrypt(&sealed).as_deref(), Ok(text));
    }
    let clear = whole_blocks(data);
    let sealed = encrypt(&clear);
    open(&account, &sealed);
    if let Ok(message) = account.decrypt(&sealed) {
        let pad = usize::from(*clear.last().expect("at least a block"));
        let (head, rest) = clear.split_at(20);
        let length = u32::from_be_bytes(head[16..].try_into().expect("four bytes"));
        let length = usize::try_from(length).expect("32 bits");
        assert!((1..=32).contains(&pad) && clear.ends_with(&vec![u8::try_from(pad).unwrap(); pad]));
        assert_eq!(message.as_bytes(), &rest[..length]);
        assert_eq!(&rest[length..rest.len() - pad], APPID.as_bytes());
    }
}

/// At least two blocks of sixteen.
fn whole_blocks(data: &[u8]) -> Vec<u8> {
    let mut clear = data.to_vec();
    clear.resize(clear.len().next_multiple_of(16).max(32), 0);
    clear
}

fn encrypt(clear: &[u8]) -> String {
    let mut buffer = clear.to_vec();
    let length = buffer.len();
    let cipher = cbc::Encryptor::<Aes256>::new(&[0; 32].into(), &[0; 16].into());
    STANDARD.encode(
        cipher
            .encrypt_padded::<NoPadding>(&mut buffer, length)
            .expect("whole blocks"),
    )
}

/// The whole way in, with a signature that is right.
fn open(account: &Account, encrypted: &str) {
    let mut body = "<xml>".to_owned();
    xml::write_cdata(&mut body, "Encrypt", encrypted);
    body.push_str("</xml>");
    let timestamp = NOW.to_string();
    let signature = account.sign(&timestamp, "1", encrypted);
    let signature = std::str::from_utf8(&signature).expect("hex");
    let raw = format!("timestamp={timestamp}&nonce=1&encrypt_type=aes&msg_signature={signature}");
    let query = Query::parse(&raw).expect("a query");
    if let Ok(clear) = account.open(&query, body.as_bytes(), NOW) {
        push(&clear);
    }
    drop(account.open(&query, encrypted.as_bytes(), NOW));
    drop(Query::parse(encrypted));
}

/// Notices of Pay: as they come from outside, and with any bytes at all as what was sealed in them.
pub(crate) fn pay_callback(data: &[u8]) {
    static MERCHANT: OnceLock<Merchant> = OnceLock::new();
    let merchant = MERCHANT.get_or_init(|| {
        Merchant::new(Settings {
            mchid: MCHID.into(),
            appids: vec![APPID.into()],
            serial_no: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1".into(),
            private_key_pem: include_str!("../data/pay/merchant.pem").into(),
            api_v3_key: API_KEY.into(),
        })
        .expect("a merchant")
    });
    drop(callback::open(merchant, data));
    let aead = AeadKey::aes(API_KEY.as_bytes()).expect("32 bytes");
    let sealed = aead.seal(b"0123456789ab", b"x", data).expect("sealed");
    for event in ["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "SOMETHING.NEW"] {
        let resource = json!({
            "algorithm": "AEAD_AES_256_GCM", "nonce": "0123456789ab", "associated_data": "x",
            "ciphertext": STANDARD.encode(&sealed),
        });
        let body = json!({
            "id": "EV-1", "resource_type": "encrypt-resource", "event_type": event, "resource": resource,
        });
        let Ok(notice) = callback::open(merchant, body.to_string().as_bytes()) else {
            continue;
        };
        let inside: Value = serde_json::from_slice(data).expect("only JSON is read");
        assert_eq!(inside["mchid"], MCHID, "somebody else's notice");
        assert_eq!(notice.event, event);
        if let Content::Payment(_) = notice.content {
            assert_eq!(inside["appid"], APPID, "somebody else's account");
        }
    }
}
