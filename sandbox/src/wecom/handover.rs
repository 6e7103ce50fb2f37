//! Hand-over of customers: 100 a call, an answer for each, effective after 24 hours unless the customer refuses.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid};
use super::contact::{NO_CUSTOMER, NO_MEMBER};
use super::corp::Corp;

/// How a customer comes who was handed over.
pub(super) const ADD_WAY: i64 = 202;
const DAY_S: i64 = 86_400;
/// A member's customers can be handed over for a year after leaving.
const LEFT_AT_MOST_S: i64 = 365 * DAY_S;

/// One hand-over.
#[derive(Debug, Clone)]
pub(super) struct HandOver {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) customer: String,
    at: i64,
    resigned: bool,
    /// 1 done, 2 waiting, 3 refused, 4 the successor is full.
    pub(super) status: i64,
}

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/externalcontact/get_unassigned_list", unassigned),
    api("/cgi-bin/externalcontact/resigned/transfer_customer", resigned),
    api("/cgi-bin/externalcontact/transfer_customer", on_job),
    api(
        "/cgi-bin/externalcontact/resigned/transfer_result",
        resigned_result,
    ),
    api("/cgi-bin/externalcontact/transfer_result", on_job_result),
];

fn unassigned(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let size = usize::try_from(call.number("page_size")).unwrap_or(0);
    if size > 1_000 {
        return Err(invalid());
    }
    let size = if size == 0 { 1_000 } else { size };
    // The older form pages by number.
    let page = usize::try_from(call.number("page_id")).unwrap_or(0);
    let start = call.text("cursor").parse().unwrap_or(page * size);
    let mut rows = Vec::new();
    for (user, customer) in corp.relations.keys() {
        let left = corp.staff.get(user).and_then(|member| member.left_at);
        let moving = corp
            .hand_overs
            .iter()
            .any(|h| h.from == *user && h.customer == *customer && matches!(h.status, 1 | 2));
        if let (Some(at), false) = (left, moving) {
            rows.push(json!({"handover_userid": user, "external_userid": customer, "dimission_time": at}));
        }
    }
    let found: Vec<_> = rows.iter().skip(start).take(size).cloned().collect();
    let end = start + found.len();
    let last = end >= rows.len();
    let next = if last { String::new() } else { end.to_string() };
    Ok(json!({"info": found, "is_last": last, "next_cursor": next}))
}

fn resigned(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    transfer(corp, call, true)
}

fn on_job(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    if call.text("transfer_success_msg").chars().count() > 200 {
        return Err(Errcode(45002, "content size out of limit"));
    }
    transfer(corp, call, false)
}

fn transfer(corp: &mut Corp, call: &Call<'_>, resigned: bool) -> Outcome {
    let customers = call.some_texts("external_userid", 100)?;
    let (from, to) = (call.text("handover_userid"), call.text("takeover_userid"));
    let left = corp.staff.get(from).ok_or(NO_MEMBER)?.left_at;
    if !corp.active(to) || (!resigned && left.is_some()) {
        return Err(NO_MEMBER);
    }
    match left {
        None if resigned => return Err(Errcode(40097, "handover user is not resigned")),
        Some(at) if call.now - at > LEFT_AT_MOST_S => {
            return Err(Errcode(40097, "handover user resigned too long ago"));
        }
        _ => {}
    }
    let mut answer: Vec<Value> = Vec::new();
    for customer in customers {
        let errcode = corp.take_over(from, to, &customer, (resigned, call.now));
        answer.push(json!({"external_userid": customer, "errcode": errcode}));
    }
    Ok(json!({"customer": answer}))
}

impl Corp {
    fn take_over(&mut self, from: &str, to: &str, customer: &str, (resigned, now): (bool, i64)) -> i64 {
        if self.relation(from, customer).is_none() {
            return NO_CUSTOMER.0;
        }
        let of = |h: &&HandOver| h.from == from && h.customer == customer;
        if self.hand_overs.iter().filter(of).any(|h| h.status == 2) {
            return 40100;
        }
        let recent = |h: &&HandOver| !h.resigned && h.customer == customer && now - h.at < 90 * DAY_S;
        if !resigned && self.hand_overs.iter().filter(recent).count() >= 2 {
            return 40128;
        }
        self.hand_overs.push(HandOver {
            from: from.to_owned(),
            to: to.to_owned(),
            customer: customer.to_owned(),
            at: now,
            resigned,
            status: 2,
        });
        0
    }

    /// Hand-overs whose 24 hours are over take effect.
    pub(super) fn complete_hand_overs(&mut self, now: i64) {
        let due = |h: &HandOver| h.status == 2 && now - h.at >= DAY_S;
        for at in 0..self.hand_overs.len() {
            let Some(hand_over) = self.hand_overs.get(at).filter(|h| due(h)).cloned() else {
                continue;
            };
            let full = self
                .staff
                .get(&hand_over.to)
                .is_none_or(|member| member.full || member.left_at.is_some());
            let status = if full { 4 } else { 1 };
            if let Some(stored) = self.hand_overs.get_mut(at) {
                stored.status = status;
            }
            if full {
                self.tell_failure(&hand_over, "customer_limit_exceed");
            } else {
                self.move_customer(&hand_over, now);
            }
        }
    }

    fn move_customer(&mut self, hand_over: &HandOver, now: i64) {
        let (from, customer) = (hand_over.from.as_str(), hand_over.customer.as_str());
        let old = self.relations.remove(&(from.to_owned(), customer.to_owned()));
        let parts = [
            ("UserID", from),
            ("ExternalUserID", customer),
            ("Source", "DELETE_BY_TRANSFER"),
        ];
        self.tell("change_external_contact", "del_external_contact", &parts);
        let pair = (hand_over.to.clone(), hand_over.customer.clone());
        // Friends already: the customer keeps the friend, and there is nothing to tell.
        if self.relations.contains_key(&pair) {
            return;
        }
        self.befriend(&pair, "", ADD_WAY, now);
        if let (Some(old), Some(new)) = (old, self.relations.get_mut(&pair)) {
            new.remark = old.remark;
            new.description = old.description;
            new.mobiles = old.mobiles;
            new.tags = old.tags;
        }
    }

    /// The customer taps 暂不添加 within the 24 hours.
    pub(super) fn refuse_hand_over(&mut self, customer: &str) -> bool {
        let waiting = |h: &&mut HandOver| h.customer == customer && h.status == 2;
        let Some(hand_over) = self.hand_overs.iter_mut().find(waiting) else {
            return false;
        };
        hand_over.status = 3;
        let refused = hand_over.clone();
        self.tell_failure(&refused, "customer_refused");
        true
    }

    fn tell_failure(&mut self, hand_over: &HandOver, reason: &str) {
        let parts = [
            ("UserID", hand_over.to.as_str()),
            ("ExternalUserID", &hand_over.customer),
            ("FailReason", reason),
        ];
        self.tell("change_external_contact", "transfer_fail", &parts);
    }
}

fn resigned_result(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    result(corp, call, true)
}

fn on_job_result(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    result(corp, call, false)
}

fn result(corp: &mut Corp, call: &Call<'_>, resigned: bool) -> Outcome {
    let (from, to) = (call.text("handover_userid"), call.text("takeover_userid"));
    if !corp.staff.contains_key(from) || !corp.staff.contains_key(to) {
        return Err(NO_MEMBER);
    }
    let of = |h: &&HandOver| h.resigned == resigned && h.from == from && h.to == to;
    // The newest of several for one customer counts.
    let mut rows: std::collections::BTreeMap<&str, Value> = std::collections::BTreeMap::new();
    for h in corp.hand_overs.iter().filter(of) {
        let row = json!({
            "external_userid": h.customer, "status": h.status, "takeover_time": h.at + DAY_S,
        });
        rows.insert(&h.customer, row);
    }
    let rows: Vec<_> = rows.into_values().collect();
    let (page, next) = call.page(&rows, 1_000);
    Ok(json!({"customer": page, "next_cursor": next}))
}
