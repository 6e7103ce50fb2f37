//! What each key of the configuration means; `docs/configuration.md` is made from it.

/// Key, type, default, meaning.
pub const REFERENCE: &[(&str, &str, &str, &str)] = &[
    (
        "data_dir",
        "path",
        "data",
        "Folder for everything the embedded engines write; the SQLite file is `weigui.db` in it.",
    ),
    (
        "http.listen",
        "host:port",
        "127.0.0.1:8080",
        "Listener for customers, staff and WeChat's callbacks; put TLS in front of it.",
    ),
    (
        "http.ops_listen",
        "host:port",
        "127.0.0.1:9090",
        "Listener for `/livez`, `/readyz`, `/metrics`; never public.",
    ),
    (
        "http.public_url",
        "URL",
        "from listen",
        "Where customers reach the bank. With `https` cookies are Secure and HSTS is sent.",
    ),
    (
        "database.url",
        "URL",
        "SQLite in data_dir",
        "`sqlite:///path/file.db` or `mysql://user:password@host:port/name` (MySQL, MariaDB, Galera, TiDB).",
    ),
    (
        "database.pool",
        "number",
        "16",
        "Connections per node to a MySQL-protocol database.",
    ),
    (
        "redis.url",
        "URL",
        "(none)",
        "`redis://host:port`. Without it caches and hints stay within the process; correctness does not depend on it.",
    ),
    (
        "crypto.master_key",
        "base64, 32 bytes",
        "(none)",
        "Wraps the data keys. Required outside the demo; the demo makes `master.key` in data_dir.",
    ),
    ("log.format", "text or json", "text", "How log lines look."),
    (
        "log.filter",
        "filter",
        "info",
        "Levels by module, as in `info,kit::db=debug`.",
    ),
    (
        "core.kind",
        "embedded or http",
        "embedded",
        "`http` speaks to the bank's own core; `embedded` is the reference core for demos and tests.",
    ),
    (
        "core.url",
        "URL",
        "(none)",
        "Base URL of the bank's core when `core.kind` is `http`; `https` outside the demo.",
    ),
    (
        "core.ca_file",
        "path",
        "public authorities",
        "PEM of the authorities of the core's certificate; no others are trusted then.",
    ),
    (
        "core.client_cert_file",
        "path",
        "(none)",
        "PEM of our certificate chain for mutual TLS. Required outside the demo.",
    ),
    (
        "core.client_key_file",
        "path",
        "(none)",
        "PEM of that certificate's private key (PKCS#8). Required outside the demo.",
    ),
    (
        "core.signing_key_file",
        "path",
        "(none)",
        "PEM of the Ed25519 key (PKCS#8) that signs what we ask. Required outside the demo.",
    ),
    (
        "core.signing_key_id",
        "text",
        "weigui",
        "The name by which the core knows that key.",
    ),
    (
        "core.trusted_key_file",
        "path",
        "(none)",
        "PEM of the Ed25519 public key by which the core's answers are believed. Required outside the demo.",
    ),
    (
        "core.trusted_key_id",
        "text",
        "core",
        "The name under which the core signs.",
    ),
    (
        "core.clearing_url",
        "URL",
        "sandbox",
        "Where the reference core sends payments to other banks; a bank's own core has its own way out.",
    ),
    (
        "wechat.account",
        "text",
        "demo",
        "Name of the Official Account in the callback path `/wechat/{account}/callback`.",
    ),
    ("wechat.appid", "text", "demo's", "AppID of the Official Account."),
    ("wechat.secret", "text", "demo's", "AppSecret."),
    (
        "wechat.token",
        "text",
        "demo's",
        "Token for the callback's signatures.",
    ),
    (
        "wechat.encoding_aes_key",
        "43 characters",
        "demo's",
        "EncodingAESKey; the callback takes safe mode only.",
    ),
    (
        "wechat.original_id",
        "text",
        "demo's",
        "Original id (gh_…) of the account.",
    ),
    (
        "wechat.api_base",
        "URL",
        "sandbox",
        "`https://api.weixin.qq.com` or the bank's egress proxy.",
    ),
    (
        "wechat.authorize_url",
        "URL",
        "sandbox",
        "`https://open.weixin.qq.com/connect/oauth2/authorize`.",
    ),
    ("sms.url", "URL", "sandbox", "The SMS gateway's send address."),
    (
        "sms.key",
        "text",
        "(none)",
        "The key that the SMS gateway asks for.",
    ),
    (
        "documents.font",
        "path",
        "found",
        "A CJK font for PDF statements; by default one of Debian's is looked for.",
    ),
    (
        "payments.case_after_minutes",
        "number",
        "30",
        "A payment whose outcome is unknown for so long becomes a case for people; it goes on being asked for.",
    ),
    (
        "pay.base",
        "URL",
        "sandbox",
        "`https://api.mch.weixin.qq.com` or the bank's egress proxy; empty: no WeChat Pay.",
    ),
    (
        "pay.backup",
        "URL",
        "(none)",
        "`https://api2.mch.weixin.qq.com`, for when the first does not answer.",
    ),
    ("pay.mchid", "digits", "demo's", "Merchant number at WeChat Pay."),
    (
        "pay.serial_no",
        "hex",
        "demo's",
        "Serial of the merchant's certificate.",
    ),
    (
        "pay.private_key",
        "PEM or path",
        "demo's",
        "The merchant's private key: RSA, or SM2 for the national algorithms.",
    ),
    (
        "pay.api_v3_key",
        "32 characters",
        "demo's",
        "APIv3 key (16 or 32 with SM2).",
    ),
    (
        "pay.public_key_id",
        "text",
        "demo's",
        "`PUB_KEY_ID_…`; empty: platform certificates only.",
    ),
    (
        "pay.public_key",
        "PEM or path",
        "demo's",
        "WeChat Pay's public key.",
    ),
    (
        "pay.notify_url",
        "URL",
        "from public_url",
        "Where WeChat Pay sends its notices, `…/api/pay/wechat/notify`.",
    ),
    (
        "pay.settlement_account",
        "number",
        "demo's",
        "The bank's account for what WeChat Pay owes it 微信支付待清算.",
    ),
    (
        "pay.charges",
        "list",
        "demo's",
        "What the counter may collect 收费项目: `[{code = \"box_rent\", name = \"保管箱租金\", account = \"…\"}]`, each with its own income account in the core.",
    ),
    (
        "billers.url",
        "URL",
        "sandbox",
        "Base URL of the billers' hub; without one the bank takes no bills.",
    ),
    (
        "billers.key",
        "text",
        "demo's",
        "The key that is shared with the hub; questions and answers are signed with it.",
    ),
];

/// `docs/configuration.md`.
pub fn reference() -> String {
    let head = "# Configuration\n\nGenerated by `cargo xtask gen`; do not edit.\n\n\
        Read in this order, later wins: built-in default, TOML file (`weigui serve --config FILE`), environment.\n\
        A key `section.key` is `WEIGUI_SECTION__KEY` in the environment.\n\n\
        | key | environment | type | default | meaning |\n|---|---|---|---|---|\n";
    let rows = REFERENCE.iter().map(|(key, kind, default, meaning)| {
        let env = key.to_uppercase().replace('.', "__");
        format!("| `{key}` | `WEIGUI_{env}` | {kind} | {default} | {meaning} |\n")
    });
    rows.fold(head.to_owned(), |text, row| text + &row)
}
