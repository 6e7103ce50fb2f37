//! Data keys: list, rotate, re-seal, retire, all while the bank serves.

use clap::Subcommand;

use super::Which;
use super::show::print;

#[derive(Subcommand)]
pub(crate) enum Ask {
    /// Shows the ring.
    List(Which),
    /// Makes a new data key; every node uses it a few seconds later.
    Rotate(Which),
    /// Seals every field anew under the active key. Repeat until it says 0.
    Reseal(Which),
    /// Takes an old key out of the ring.
    Retire {
        #[command(flatten)]
        which: Which,
        /// Id of the key.
        kid: i64,
    },
}

pub(super) async fn run(ask: Ask) -> anyhow::Result<()> {
    match ask {
        Ask::List(which) => {
            let bank = which.bank().await?;
            for key in bank.cx.db.read(async |c| kit::keys::states(c).await).await? {
                print(&format!(
                    "{} {} from {}\n",
                    key.kid,
                    key.state,
                    kit::clock::text_of(key.active_from)
                ))?;
            }
            bank.close().await;
        }
        Ask::Rotate(which) => {
            let bank = which.bank().await?;
            let kid = kit::keys::rotate(&bank.cx, &bank.master).await?;
            bank.close().await;
            print(&format!(
                "key {kid} will be used in {} s; then run: weigui keys reseal\n",
                kit::keys::SETTLE / 1000
            ))?;
        }
        Ask::Reseal(which) => {
            let bank = which.bank().await?;
            kit::keys::ensure_settled(&bank.cx).await?;
            let written = bank.reseal().await?;
            bank.close().await;
            print(&format!("{written} rows sealed anew\n"))?;
        }
        Ask::Retire { which, kid } => {
            let bank = which.bank().await?;
            kit::keys::ensure_settled(&bank.cx).await?;
            anyhow::ensure!(
                bank.reseal().await? == 0,
                "rows still needed an old key and were sealed anew; run this again"
            );
            kit::keys::retire(&bank.cx, &bank.master, kid).await?;
            bank.close().await;
            print(&format!("key {kid} is retired\n"))?;
        }
    }
    Ok(())
}
