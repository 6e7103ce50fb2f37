//! What the pools promise about connections that come back in a bad state.

use super::*;

#[tokio::test]
async fn a_transaction_that_was_dropped_unfinished_is_never_gone_on_with() {
    let url = crate::testing::mariadb().await.fresh_database().await;
    let opts = options_of(&url).expect("options");
    let server = probe(&opts).await.expect("a server");
    let limit = Duration::from_secs(5);
    let door = Door::open(&opts, (1, server.write_session(limit)), Some(limit), limit).expect("a pool");
    let run = async |sql: &'static str, end: bool| {
        let (mut conn, _permit) = door.write().await.expect("a connection");
        let done = conn.exec(sql, ()).await.expect("done");
        let conn::Link::My(link) = conn.into_link() else {
            unreachable!("a connection to the server");
        };
        if end {
            link.commit()
                .await
                .map_err(|fault| fault.error)
                .expect("committed");
        }
        done
    };
    run("create table t (id integer not null primary key)", true).await;
    run("insert into t (id) values (1)", false).await;
    run("insert into t (id) values (2)", true).await;
    assert_eq!(
        run("delete from t", true).await,
        1,
        "what was never committed is there"
    );
    door.close().await;
}
