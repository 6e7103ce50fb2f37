//! How the platform refuses: an errcode with its words, and nothing else.

use serde_json::Value;

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Errcode {
    pub(crate) code: i64,
    pub(crate) words: String,
    /// A few refusals tell something beside: the id of the message that was sent before.
    pub(crate) beside: Option<(&'static str, Value)>,
}

impl Errcode {
    /// With words of its own.
    pub(crate) fn new(code: i64, words: impl Into<String>) -> Self {
        Self {
            code,
            words: words.into(),
            beside: None,
        }
    }
}

impl From<i64> for Errcode {
    fn from(code: i64) -> Self {
        Self::new(code, words(code))
    }
}

/// The usual words of the codes that are used here; sources: WeChat's table of global return codes.
const fn words(code: i64) -> &'static str {
    match code {
        -1 => "system error",
        40001 => "invalid credential, access_token is invalid or not latest",
        40002 => "invalid grant_type",
        40003 => "invalid openid",
        40004 => "invalid media type",
        40005 => "invalid file type",
        40007 => "invalid media_id",
        40008 => "invalid message type",
        40009 => "invalid image size",
        40010 => "invalid voice size",
        40011 => "invalid video size",
        40012 => "invalid thumb size",
        40013 => "invalid appid",
        40016 | 40017 => "invalid button size",
        40018 => "invalid button name size",
        40019 => "invalid button key size",
        40020 => "invalid button url size",
        40022 => "invalid sub button size",
        40023 => "invalid sub button type",
        40024 => "invalid sub button name size",
        40029 => "invalid code",
        40030 => "invalid refresh_token",
        40032 => "invalid openid list size",
        40033 => "invalid charset. please check your request, if include \\uxxxx will create fail",
        40037 => "invalid template_id",
        40052 => "invalid action name",
        40053 => "invalid action info",
        40125 => "invalid appsecret",
        40163 => "code been used",
        40169 => "invalid length for scene",
        41001 => "access_token missing",
        41005 => "media data missing",
        41030 => "invalid page",
        42001 => "access_token expired",
        42002 => "refresh_token expired",
        42003 => "code expired",
        43002 => "require POST method",
        43004 => "require subscribe",
        43101 => "user refuse to accept the msg",
        44002 => "empty post data",
        44004 => "empty content",
        _ => words_of_limits(code),
    }
}

const fn words_of_limits(code: i64) -> &'static str {
    match code {
        45001 => "media size out of limit",
        45002 => "content size out of limit",
        45003 => "title size out of limit",
        45008 => "article size out of limit",
        45009 => "reach max api daily quota limit",
        45011 => "api minute-quota reach limit mustslower retry next minute",
        45015 => "response out of time limit or subscription is canceled",
        45028 => "has no masssend quota",
        45047 => "out of response count limit",
        45056 => "too many tags now, no need to add new",
        45058 => "can't modify sys tag",
        45059 => "has too many tags on this user",
        45065 => "clientmsgid exist",
        45067 => "clientmsgid size out of limit",
        45072 => "command not found",
        45080 => "require interaction before typing",
        45081 => "already in typing status",
        45157 => "invalid tag name, it has existed",
        45158 => "tag name too long",
        45159 => "invalid tag id",
        47001 => "data format error",
        48001 => "api unauthorized",
        48006 => "forbid to clear quota because of reaching the limit",
        53500 => "draft or article is not permitted to publish",
        53600 => "article id is invalid",
        61010 => "code is expired",
        61452 => "invalid kf_account",
        61453 => "kf_account existed",
        61454 => "invalid kf_account length",
        61455 => "illegal character in kf_account",
        61456 => "kf_account count exceeded",
        65301 => "there is no such menuid",
        65303 => "there is no selfmenu, please create selfmenu first",
        65304 => "match rule empty",
        65316 => "too many out domains in menus",
        65320 => "match rule is not supported any more",
        65401 => "invalid customer service account",
        65413 => "no session with this user",
        65414 => "this user is served by another account",
        76001 => "rid not found",
        76021 => "cgi_path not found, please check",
        _ => "refused",
    }
}
