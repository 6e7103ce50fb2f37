//! What WeCom pushes, typed as documented; what nobody has heard of, kept whole.

use weigui_wechat::wecom::{
    AcquisitionChange, Body, ChatChange, Content, CustomerChange, Event, FailReason, Push, Relation,
    StaffChange,
};

fn document(inner: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[wwCORP]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
         <CreateTime>1767225600</CreateTime>{inner}</xml>"
    )
}

fn event(inner: &str) -> Event {
    let push = Push::parse(&document(&format!("<MsgType><![CDATA[event]]></MsgType>{inner}"))).unwrap();
    push.event().unwrap().clone()
}

fn customer(change: &str, rest: &str) -> CustomerChange {
    let inner = format!(
        "<Event>change_external_contact</Event><ChangeType><![CDATA[{change}]]></ChangeType>\
         <UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[wmAAA]]></ExternalUserID>{rest}"
    );
    match event(&inner) {
        Event::Customer(change) => change,
        other => panic!("{other:?}"),
    }
}

fn relation() -> Relation {
    Relation {
        user_id: "zhangsan".into(),
        external_user_id: "wmAAA".into(),
    }
}

#[test]
fn a_new_customer_brings_channel_and_welcome_code_for_twenty_seconds() {
    let added = customer(
        "add_external_contact",
        "<State>BR0102</State><WelcomeCode>CODE</WelcomeCode>",
    );
    let CustomerChange::Added {
        relation: found,
        state,
        welcome: Some(code),
    } = added
    else {
        panic!("{added:?}")
    };
    assert_eq!((found, state.as_deref()), (relation(), Some("BR0102")));
    assert!(code.is_open(1_767_225_620) && !code.is_open(1_767_225_621));
    let bare = customer("add_external_contact", "");
    assert!(matches!(
        bare,
        CustomerChange::Added {
            state: None,
            welcome: None,
            ..
        }
    ));
    let half = customer("add_half_external_contact", "<WelcomeCode>C</WelcomeCode>");
    assert!(matches!(half, CustomerChange::HalfAdded { welcome: Some(_), .. }));
}

#[test]
fn losses_and_failed_hand_overs_are_told_apart() {
    assert_eq!(
        customer("edit_external_contact", ""),
        CustomerChange::Edited(relation())
    );
    assert_eq!(
        customer("del_follow_user", ""),
        CustomerChange::RemovedByCustomer(relation())
    );
    for (source, by_hand_over) in [("", false), ("<Source>DELETE_BY_TRANSFER</Source>", true)] {
        assert_eq!(
            customer("del_external_contact", source),
            CustomerChange::RemovedByStaff {
                relation: relation(),
                by_hand_over
            }
        );
    }
    for (word, reason) in [
        ("customer_refused", FailReason::CustomerRefused),
        ("customer_limit_exceed", FailReason::SuccessorFull),
        ("moon_phase", FailReason::Other("moon_phase".into())),
    ] {
        assert_eq!(
            customer("transfer_fail", &format!("<FailReason>{word}</FailReason>")),
            CustomerChange::HandOverFailed {
                relation: relation(),
                reason
            }
        );
    }
    let agreed = customer("msg_audit_approved", "<WelcomeCode>C</WelcomeCode>");
    assert!(matches!(
        agreed,
        CustomerChange::ArchiveAgreed { welcome: Some(_), .. }
    ));
    let new_kind = customer("swap_external_contact", "<Extra>1</Extra>");
    let CustomerChange::Other { change, raw } = new_kind else {
        panic!("{new_kind:?}")
    };
    assert_eq!(change, "swap_external_contact");
    assert!(raw.contains(&("Extra".into(), "1".into())));
}

#[test]
fn staff_who_come_change_and_leave() {
    let staff = |rest: &str| match event(&format!("<Event>change_contact</Event>{rest}")) {
        Event::Staff(change) => change,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        staff("<ChangeType>create_user</ChangeType><UserID>li</UserID><Department>1,7</Department>"),
        StaffChange::Joined {
            user_id: "li".into(),
            departments: vec!["1".into(), "7".into()]
        }
    );
    let updated = staff(
        "<ChangeType>update_user</ChangeType><UserID>li</UserID><NewUserID>li2</NewUserID><Status>2</Status>",
    );
    assert_eq!(
        updated,
        StaffChange::Updated {
            user_id: "li".into(),
            new_user_id: Some("li2".into()),
            departments: vec![],
            status: Some(2)
        }
    );
    assert_eq!(
        staff("<ChangeType>delete_user</ChangeType><UserID>li</UserID>"),
        StaffChange::Left { user_id: "li".into() }
    );
    assert!(matches!(
        staff("<ChangeType>delete_party</ChangeType><Id>7</Id>"),
        StaffChange::Department { id, .. } if id == "7"
    ));
    assert!(matches!(
        staff("<ChangeType>update_tag</ChangeType><TagId>1</TagId>"),
        StaffChange::Other { .. }
    ));
}

#[test]
fn groups_tags_links_and_doorbells() {
    let chat = event(
        "<Event>change_external_chat</Event><ChatId>wrG</ChatId><ChangeType>update</ChangeType>\
         <UpdateDetail>add_member</UpdateDetail><JoinScene>1</JoinScene><MemChangeCnt>2</MemChangeCnt>\
         <MemChangeList><Item>a</Item><Item>b</Item></MemChangeList><LastMemVer>v1</LastMemVer><CurMemVer>v2</CurMemVer>",
    );
    assert_eq!(
        chat,
        Event::Chat(ChatChange::Updated {
            chat_id: "wrG".into(),
            detail: "add_member".into(),
            members: 2,
            version: Some("v2".into())
        })
    );
    let tag = event(
        "<Event>change_external_tag</Event><Id>etG</Id><TagType>tag_group</TagType><ChangeType>delete</ChangeType>",
    );
    assert!(matches!(tag, Event::Tag(change) if change.is_group && change.change == "delete"));
    assert_eq!(
        event("<Event>customer_acquisition</Event><ChangeType>balance_exhausted</ChangeType>"),
        Event::Acquisition(AcquisitionChange::BalanceExhausted)
    );
    assert_eq!(
        event("<Event>kf_msg_or_event</Event><Token>ENC1</Token><OpenKfId>wkA</OpenKfId>"),
        Event::KfDoorbell {
            token: "ENC1".into(),
            open_kf_id: "wkA".into()
        }
    );
    let accounts = event(
        "<Event>kf_account_auth_change</Event><AuthAddOpenKfId>wkA</AuthAddOpenKfId>\
         <AuthAddOpenKfId>wkB</AuthAddOpenKfId><AuthDelOpenKfId>wkC</AuthDelOpenKfId>",
    );
    assert_eq!(
        accounts,
        Event::KfAccounts {
            gained: vec!["wkA".into(), "wkB".into()],
            lost: vec!["wkC".into()]
        }
    );
    assert_eq!(
        event("<Event>msgaudit_notify</Event><AgentID>2000004</AgentID>"),
        Event::ArchiveDoorbell
    );
}

#[test]
fn cards_jobs_and_approvals() {
    let card = event(
        "<Event>template_card_event</Event><EventKey>ok</EventKey><TaskId>T1</TaskId><CardType>vote_interaction</CardType>\
         <ResponseCode>RC</ResponseCode><AgentID>1</AgentID><SelectedItems>\
         <SelectedItem><QuestionKey>Q1</QuestionKey><OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds></SelectedItem>\
         <SelectedItem><QuestionKey>Q2</QuestionKey><OptionIds><OptionId>c</OptionId></OptionIds></SelectedItem></SelectedItems>",
    );
    let Event::Card(card) = card else {
        panic!("{card:?}")
    };
    assert_eq!(
        card.selected,
        [
            ("Q1".into(), vec!["a".into(), "b".into()]),
            ("Q2".into(), vec!["c".into()])
        ]
    );
    assert_eq!(
        (card.key.as_str(), card.response_code.as_str(), card.menu),
        ("ok", "RC", false)
    );
    let job = event(
        "<Event>batch_job_result</Event><BatchJob><JobId>J1</JobId><JobType>sync_user</JobType>\
         <ErrCode>0</ErrCode><ErrMsg>ok</ErrMsg></BatchJob>",
    );
    assert!(matches!(job, Event::BatchJob(job) if job.id == "J1" && job.error_code == 0));
    let approval = event(
        "<Event>sys_approval_change</Event><ApprovalInfo><SpNo>2026</SpNo><SpStatus>2</SpStatus>\
         <Applyer><UserId>li</UserId></Applyer></ApprovalInfo>",
    );
    assert!(
        matches!(approval, Event::Approval(a) if a.number == "2026" && a.status == 2 && a.applicant == "li")
    );
    assert_eq!(
        event("<Event>enter_agent</Event><EventKey/>"),
        Event::Entered { key: String::new() }
    );
}

#[test]
fn an_unknown_event_and_a_message_to_an_app() {
    let unknown = event("<Event>quantum_change</Event><ChangeType>spin</ChangeType><Deep><A>1</A></Deep>");
    let Event::Other {
        name, change, raw, ..
    } = unknown
    else {
        panic!("{unknown:?}")
    };
    assert_eq!((name.as_str(), change.as_str()), ("quantum_change", "spin"));
    assert!(raw.contains(&("Deep/A".into(), "1".into())));
    let push = Push::parse(&document(
        "<MsgType>text</MsgType><Content>在吗</Content><MsgId>1</MsgId><AgentID>1000002</AgentID>",
    ))
    .unwrap();
    assert_eq!(push.agent_id.as_deref(), Some("1000002"));
    assert_eq!(
        push.body,
        Body::Message {
            id: "1".into(),
            content: Content::Text("在吗".into())
        }
    );
}

#[test]
fn two_deliveries_have_one_key_and_two_customers_two() {
    let key = |external: &str, user: &str| {
        let inner = format!(
            "<MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>del_follow_user</ChangeType>\
             <UserID>{user}</UserID><ExternalUserID>{external}</ExternalUserID>"
        );
        Push::parse(&document(&inner)).unwrap().key()
    };
    assert_eq!(key("wmA", "li"), key("wmA", "li"));
    let all = [
        key("wmA", "li"),
        key("wmB", "li"),
        key("wmA", "wu"),
        key("wmAl", "i"),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(!all.iter().skip(at + 1).any(|other| other == one));
    }
}

#[test]
fn an_event_without_what_it_needs_is_refused() {
    for inner in [
        "<MsgType>event</MsgType>",
        "<MsgType>event</MsgType><Event>change_external_contact</Event>",
        "<MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>del_follow_user</ChangeType>",
        "<MsgType>event</MsgType><Event>kf_msg_or_event</Event><OpenKfId>wk</OpenKfId>",
        "<MsgType>text</MsgType><Content>x</Content>",
        "<Event>enter_agent</Event>",
    ] {
        assert!(Push::parse(&document(inner)).is_err(), "{inner}");
    }
}
