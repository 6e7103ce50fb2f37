//! 微信客服: accounts, people behind them, customers, figures.

use serde_json::{Value, json};

use super::call::{Api, Call, Errcode, Outcome, api, invalid, ok};
use super::contact::NO_MEMBER;
use super::corp::Corp;
use super::kf::{Account, NO_ACCOUNT};

pub(super) const APIS: &[Api] = &[
    api("/cgi-bin/kf/account/add", add),
    api("/cgi-bin/kf/account/update", update),
    api("/cgi-bin/kf/account/del", delete),
    api("/cgi-bin/kf/account/list", list),
    api("/cgi-bin/kf/add_contact_way", way),
    api("/cgi-bin/kf/servicer/add", servicer_add),
    api("/cgi-bin/kf/servicer/del", servicer_delete),
    api("/cgi-bin/kf/servicer/list", servicers),
    api("/cgi-bin/kf/customer/batchget", customers),
    api("/cgi-bin/kf/customer/upgrade_service", upgrade),
    api("/cgi-bin/kf/get_corp_statistic", corp_statistic),
    api("/cgi-bin/kf/get_servicer_statistic", servicer_statistic),
];

fn named(call: &Call<'_>) -> Result<String, Errcode> {
    let name = call.text("name");
    if (1..=16).contains(&name.chars().count()) {
        Ok(name.to_owned())
    } else {
        Err(Errcode(95006, "invalid open_kfid name"))
    }
}

fn add(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let name = named(call)?;
    let id = corp.id("wk");
    let mut account = Account::default();
    account.name = name;
    corp.kf.accounts.insert(id.clone(), account);
    Ok(json!({"open_kfid": id}))
}

fn update(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let name = named(call)?;
    corp.kf
        .accounts
        .get_mut(call.text("open_kfid"))
        .ok_or(NO_ACCOUNT)?
        .name = name;
    ok()
}

fn delete(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    corp.kf
        .accounts
        .remove(call.text("open_kfid"))
        .ok_or(NO_ACCOUNT)?;
    ok()
}

fn list(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let start = usize::try_from(call.number("offset")).unwrap_or(0);
    let rows = corp.kf.accounts.iter().skip(start).take(100);
    let rows: Vec<_> = rows
        .map(|(id, account)| json!({"open_kfid": id, "name": account.name, "avatar": "", "manage_privilege": true}))
        .collect();
    Ok(json!({"account_list": rows}))
}

fn way(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let id = call.text("open_kfid");
    corp.kf.accounts.get(id).ok_or(NO_ACCOUNT)?;
    let scene = call.text("scene");
    if scene.len() > 32 {
        return Err(invalid());
    }
    Ok(json!({"url": format!("https://work.weixin.qq.com/kf/{id}?enc_scene={scene}")}))
}

fn servicer_add(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    servicer_change(corp, call, true)
}

fn servicer_delete(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    servicer_change(corp, call, false)
}

fn servicer_change(corp: &mut Corp, call: &Call<'_>, add: bool) -> Outcome {
    let users = call.some_texts("userid_list", 100)?;
    let known: Vec<_> = users.iter().map(|user| corp.active(user)).collect();
    let account = corp
        .kf
        .accounts
        .get_mut(call.text("open_kfid"))
        .ok_or(NO_ACCOUNT)?;
    let mut results = Vec::new();
    for (user, known) in users.iter().zip(known) {
        if known && add {
            account.servicers.insert(user.clone(), true);
        } else {
            account.servicers.remove(user);
        }
        let code = if known { 0 } else { NO_MEMBER.0 };
        results.push(
            json!({"userid": user, "errcode": code, "errmsg": if known { "success" } else { NO_MEMBER.1 }}),
        );
    }
    Ok(json!({"result_list": results}))
}

fn servicers(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let account = corp.kf.accounts.get(call.arg("open_kfid")).ok_or(NO_ACCOUNT)?;
    let rows = account.servicers.iter();
    let rows: Vec<_> = rows
        .map(|(user, on)| json!({"userid": user, "status": i64::from(!on)}))
        .collect();
    Ok(json!({"servicer_list": rows}))
}

fn customers(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let ids = call.some_texts("external_userid_list", 100)?;
    let (known, unknown): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| corp.customers.contains_key(id));
    let shown = |id: &String| {
        let person = corp.customers.get(id)?;
        Some(
            json!({"external_userid": id, "nickname": person.name, "avatar": "", "gender": 0, "unionid": person.unionid}),
        )
    };
    let list: Vec<Value> = known.iter().filter_map(shown).collect();
    Ok(json!({"customer_list": list, "invalid_external_userid": unknown}))
}

fn upgrade(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let member = call
        .body
        .get("member")
        .and_then(|member| member.get("userid"))
        .and_then(Value::as_str);
    if !member.is_some_and(|user| corp.active(user)) {
        return Err(NO_MEMBER);
    }
    ok()
}

fn corp_statistic(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let account = call.text("open_kfid");
    corp.kf.accounts.get(account).ok_or(NO_ACCOUNT)?;
    let talks: Vec<_> = corp
        .kf
        .talks
        .iter()
        .filter(|((id, _), _)| id == account)
        .collect();
    let sessions: i64 = talks.iter().map(|(_, talk)| talk.sessions).sum();
    Ok(
        json!({"statistic_list": [{"stat_time": call.number("start_time"), "statistic": {
            "session_cnt": sessions, "customer_cnt": talks.len(), "customer_msg_cnt": sessions,
            "upgrade_service_customer_cnt": 0, "ai_session_reply_cnt": 0,
        }}]}),
    )
}

fn servicer_statistic(corp: &mut Corp, call: &Call<'_>) -> Outcome {
    let who = call.text("servicer_userid");
    let talks = corp.kf.talks.values().filter(|talk| talk.servicer == who).count();
    Ok(
        json!({"statistic_list": [{"stat_time": call.number("start_time"), "statistic": {
            "session_cnt": talks, "customer_cnt": talks, "customer_msg_cnt": talks, "reply_rate": 100.0,
            "satisfaction_investgate_cnt": 0,
        }}]}),
    )
}
