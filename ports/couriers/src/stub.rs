//! Couriers that carry nothing: they note what they were given and answer as they were told. For tests of
//! domains.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};

use crate::{
    FanAnswer, Menu, OAuthAnswer, OAuthUser, SmsAnswer, SmsGateway, TemplateOrder, WeChatAnswer,
    WeChatCourier,
};

/// What a WeChat stub was given to carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    Text { openid: String, text: String },
    Notice(TemplateOrder),
    Menu(Menu),
}

/// An SMS gateway of paper. Cheap to clone; clones share everything.
#[derive(Clone, Default)]
pub struct SmsStub(Arc<Mutex<Sms>>);

#[derive(Default)]
struct Sms {
    /// Phone and text by id, as the real gateway sends once per id.
    sent: BTreeMap<String, (String, String)>,
    answers: VecDeque<SmsAnswer>,
}

impl SmsStub {
    /// The next call is answered so. An `Unknown` is carried all the same.
    pub fn next(&self, answer: SmsAnswer) {
        self.inner().answers.push_back(answer);
    }

    /// Phone and text of everything carried, by id.
    pub fn sent(&self) -> BTreeMap<String, (String, String)> {
        self.inner().sent.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Sms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SmsGateway for SmsStub {
    fn send<'a>(&'a self, id: &'a str, phone: &'a str, text: &'a str) -> BoxFuture<'a, SmsAnswer> {
        let mut sms = self.inner();
        let answer = sms.answers.pop_front().unwrap_or(SmsAnswer::Sent);
        if !matches!(answer, SmsAnswer::Refused(_)) {
            sms.sent
                .entry(id.to_owned())
                .or_insert_with(|| (phone.to_owned(), text.to_owned()));
        }
        ready(answer).boxed()
    }
}

/// An Official Account of paper. Cheap to clone; clones share everything.
#[derive(Clone, Default)]
pub struct WeChatStub(Arc<Mutex<Account>>);

#[derive(Default)]
struct Account {
    carried: Vec<Carried>,
    /// Message id by the sender's own id, as WeChat sends once per id.
    notices: BTreeMap<String, String>,
    answers: VecDeque<WeChatAnswer>,
    codes: BTreeMap<String, OAuthAnswer>,
    fans: BTreeMap<String, FanAnswer>,
}

impl WeChatStub {
    /// The next message is answered so. An `Unknown` is carried all the same.
    pub fn next(&self, answer: WeChatAnswer) {
        self.inner().answers.push_back(answer);
    }

    /// This code is answered so, once; any other is void (40029).
    pub fn code(&self, code: &str, answer: OAuthAnswer) {
        self.inner().codes.insert(code.to_owned(), answer);
    }

    /// This code belongs to this person.
    pub fn visitor(&self, code: &str, openid: &str) {
        self.code(
            code,
            OAuthAnswer::Known(OAuthUser {
                openid: openid.to_owned(),
                unionid: None,
            }),
        );
    }

    /// What WeChat says about somebody; without this, that they follow.
    pub fn fan_is(&self, openid: &str, answer: FanAnswer) {
        self.inner().fans.insert(openid.to_owned(), answer);
    }

    /// Everything carried, in order.
    pub fn carried(&self) -> Vec<Carried> {
        self.inner().carried.clone()
    }

    /// Texts carried to one person.
    pub fn texts_to(&self, openid: &str) -> Vec<String> {
        let texts = self.carried().into_iter().filter_map(|carried| match carried {
            Carried::Text { openid: to, text } if to == openid => Some(text),
            _ => None,
        });
        texts.collect()
    }

    /// Notices carried to one person.
    pub fn notices_to(&self, openid: &str) -> Vec<TemplateOrder> {
        let notices = self.carried().into_iter().filter_map(|carried| match carried {
            Carried::Notice(notice) if notice.openid == openid => Some(notice),
            _ => None,
        });
        notices.collect()
    }

    fn inner(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry(&self, carried: Carried) -> WeChatAnswer {
        let mut account = self.inner();
        let answer = account.answers.pop_front();
        if matches!(answer, Some(WeChatAnswer::Refused(_))) {
            return answer.unwrap_or(WeChatAnswer::Unknown);
        }
        let mut id = None;
        if let Carried::Notice(notice) = &carried {
            let next = (account.notices.len() + 1).to_string();
            if let Some(known) = account.notices.get(&notice.client_msg_id) {
                return answer.unwrap_or_else(|| WeChatAnswer::Sent(Some(known.clone())));
            }
            account.notices.insert(notice.client_msg_id.clone(), next.clone());
            id = Some(next);
        }
        account.carried.push(carried);
        answer.unwrap_or(WeChatAnswer::Sent(id))
    }
}

impl WeChatCourier for WeChatStub {
    fn oauth_user<'a>(&'a self, code: &'a str) -> BoxFuture<'a, OAuthAnswer> {
        ready(
            self.inner()
                .codes
                .remove(code)
                .unwrap_or(OAuthAnswer::Refused(40029)),
        )
        .boxed()
    }

    fn send_text<'a>(&'a self, openid: &'a str, text: &'a str) -> BoxFuture<'a, WeChatAnswer> {
        ready(self.carry(Carried::Text {
            openid: openid.to_owned(),
            text: text.to_owned(),
        }))
        .boxed()
    }

    fn send_template<'a>(&'a self, notice: &'a TemplateOrder) -> BoxFuture<'a, WeChatAnswer> {
        ready(self.carry(Carried::Notice(notice.clone()))).boxed()
    }

    fn fan<'a>(&'a self, openid: &'a str) -> BoxFuture<'a, FanAnswer> {
        let known = self.inner().fans.get(openid).cloned();
        ready(known.unwrap_or(FanAnswer::Follows {
            since: 0,
            scene: None,
        }))
        .boxed()
    }

    fn publish_menu<'a>(&'a self, menu: &'a Menu) -> BoxFuture<'a, WeChatAnswer> {
        ready(self.carry(Carried::Menu(menu.clone()))).boxed()
    }
}
