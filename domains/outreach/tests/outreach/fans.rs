//! WX03 · Following, leaving, coming back.

use kit::clock::MINUTE;

use crate::house::{START, WANG, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_is_kept_over_an_unfollow() {
    on_both(async |house| {
        assert_eq!(house.outreach.fan("oNew").await.unwrap(), None);
        assert!(
            house.follows("oNew", Some("qrscene_BR01")).await,
            "the first time"
        );
        house.hand.forward(MINUTE);
        house.unfollows("oNew").await;
        let gone = house.outreach.fan("oNew").await.unwrap().unwrap();
        assert!(!gone.following && gone.unfollowed_at == START + MINUTE && gone.followed_at == START);
        assert!(!house.follows("oNew", None).await, "known from before");
        let back = house.outreach.fan("oNew").await.unwrap().unwrap();
        assert!(back.following && back.followed_at == START + MINUTE);
        assert_eq!(
            house
                .count("select count(*) from audit_log where action like 'fan.%'")
                .await,
            3
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_here_before_us_is_known_by_what_they_do() {
    on_both(async |house| {
        house.writes("oOld").await;
        let old = house.outreach.fan("oOld").await.unwrap().unwrap();
        assert!(old.following && old.last_message_at == START);
        assert!(!house.follows("oOld", None).await, "not a first visit");
        house.unfollows("oGone").await;
        assert!(!house.outreach.fan("oGone").await.unwrap().unwrap().following);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_heard_of_late_does_not_undo_an_unfollow_but_a_new_one_does() {
    on_both(async |house| {
        house.follows(WANG, None).await;
        house.unfollows(WANG).await;
        house.hand.forward(MINUTE / 2);
        house.writes(WANG).await;
        assert!(!house.outreach.fan(WANG).await.unwrap().unwrap().following);
        house.hand.forward(MINUTE);
        house.writes(WANG).await;
        assert!(house.outreach.fan(WANG).await.unwrap().unwrap().following);
    })
    .await;
}
