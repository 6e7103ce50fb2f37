//! What customers must prove: 小额免密 and its kin.

use clap::{Subcommand, ValueEnum};
use identity::Factor;

use super::Which;
use super::show::print;

#[derive(Subcommand)]
pub(crate) enum Ask {
    /// Shows what each act asks for, by amount.
    List(Which),
    /// Sets what an act asks for from an amount on; transfers are judged by the day's sum. `none` below 200 yuan is 小额免密:
    /// `weigui policy set transfer 20000 password,sms`, then `weigui policy set transfer 0 none`.
    Set {
        #[command(flatten)]
        which: Which,
        /// As `list` names it.
        act: String,
        /// Fen.
        from_fen: i64,
        #[arg(value_delimiter = ',', required = true)]
        proofs: Vec<Proof>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Proof {
    None,
    Password,
    Sms,
}

impl Proof {
    fn factor(self) -> Option<Factor> {
        match self {
            Proof::None => None,
            Proof::Password => Some(Factor::Password),
            Proof::Sms => Some(Factor::Sms),
        }
    }
}

pub(super) async fn run(ask: Ask) -> anyhow::Result<()> {
    match ask {
        Ask::List(which) => {
            let bank = which.bank().await?;
            for (act, from_fen, factors, _) in bank.identity.policies().await? {
                let proofs = if factors.is_empty() { "none" } else { &factors };
                print(&format!("{act} {from_fen} {proofs}\n"))?;
            }
            bank.close().await;
        }
        Ask::Set {
            which,
            act,
            from_fen,
            proofs,
        } => {
            let factors: Vec<Factor> = proofs.iter().filter_map(|proof| proof.factor()).collect();
            anyhow::ensure!(
                factors.is_empty() || factors.len() == proofs.len(),
                "none stands alone: {act} either asks for nothing or for what is listed"
            );
            let bank = which.bank().await?;
            let set = bank.identity.set_policy(&act, from_fen, &factors).await;
            bank.close().await;
            set?;
            print("set; in force for everything that begins from now on\n")?;
        }
    }
    Ok(())
}
