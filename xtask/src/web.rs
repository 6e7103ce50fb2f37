//! Builds the web pages that the binary carries. A stamp with the hash of all sources says whether a build
//! would give anything new.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

/// Workspaces with a page to build; `shared` has none, it is compiled into the others.
const PAGES: [&str; 3] = ["customer", "office", "simulator"];

/// Installs and builds what has changed since the last build.
pub(crate) fn build(force: bool) -> Result<()> {
    install()?;
    let mut news = false;
    for page in PAGES {
        if !web().join(page).join("package.json").is_file() {
            bail!("web/{page} has no package.json");
        }
        news |= build_page(page, force)?;
    }
    if news { embed_again() } else { Ok(()) }
}

/// Cargo does not see that a file has come or gone in a folder that the binary carries; a newer date on the
/// source that embeds them makes it look again.
fn embed_again() -> Result<()> {
    let source = shell::root().join("app/src/assets.rs");
    let file = fs::File::options().append(true).open(&source);
    let file = file.with_context(|| source.display().to_string())?;
    Ok(file.set_modified(now())?)
}

#[expect(clippy::disallowed_methods, reason = "a file's date, not the bank's time")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

fn web() -> PathBuf {
    shell::root().join("web")
}

/// `npm ci` when the lock file is another than the one the last installation was made from.
pub(crate) fn install() -> Result<()> {
    let lock = fs::read(web().join("package-lock.json")).context("web/package-lock.json")?;
    let stamp = web().join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    eprintln!("web: npm ci");
    shell::run(
        shell::npm()
            .args(["ci", "--no-audit", "--loglevel=error"])
            .stdout(Stdio::null()),
    )?;
    fs::write(&stamp, &lock).with_context(|| stamp.display().to_string())
}

/// True when there was something to build.
fn build_page(page: &str, force: bool) -> Result<bool> {
    let hash = sources_hash(page)?;
    let stamp = web().join("node_modules").join(format!(".built-{page}"));
    let dist = web().join(page).join("dist");
    let fresh = fs::read_to_string(&stamp).is_ok_and(|built| built == hash);
    if fresh && !force && dist.join("index.html").is_file() {
        return Ok(false);
    }
    let begun = Instant::now();
    shell::run_quietly(shell::npm().args(["run", "--silent", "build", "-w", page]))?;
    fs::write(&stamp, &hash).with_context(|| stamp.display().to_string())?;
    eprintln!(
        "web: {page} built in {}, {}",
        shell::time_text(begun.elapsed()),
        sizes(&dist)?
    );
    Ok(true)
}

/// One number over all that a page is made of: its own files, `shared`, and the lock.
fn sources_hash(page: &str) -> Result<String> {
    let mut files = vec![web().join("package-lock.json"), web().join("package.json")];
    for folder in [page, "shared"] {
        collect(&web().join(folder), &mut files)?;
    }
    files.sort();
    let mut hash = Fnv::default();
    for file in &files {
        hash.add(
            file.strip_prefix(web())
                .unwrap_or(file)
                .as_os_str()
                .as_encoded_bytes(),
        );
        hash.add(&fs::read(file).with_context(|| file.display().to_string())?);
    }
    Ok(format!("{:016x}", hash.0))
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if path.is_file() {
            files.push(path);
        } else if !["dist", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// `js 75 kB gz, css 12 kB gz`: what travels to the phone.
fn sizes(dist: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(dist, &mut files)?;
    // `collect` leaves out folders named dist, but not the one it is given.
    let mut parts = Vec::new();
    for kind in ["js", "css"] {
        let mut bytes = 0_usize;
        for file in files
            .iter()
            .filter(|file| file.extension().is_some_and(|ext| ext == kind))
        {
            bytes += shell::capture(shell::command("gzip").arg("-9c").arg(file))?.len();
        }
        parts.push(format!("{kind} {} kB gz", bytes / 1000));
    }
    Ok(parts.join(", "))
}

/// FNV-1a, 64 bit: enough to notice a change, and the same in every compiler version.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// The length goes in too, so that bytes cannot move from one file to the next unseen.
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.len().to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_notices_bytes_that_change_place() {
        let hash = |parts: [&str; 2]| {
            let mut hash = Fnv::default();
            for part in parts {
                hash.add(part.as_bytes());
            }
            hash.0
        };
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
        assert_eq!(hash(["ab", "c"]), hash(["ab", "c"]));
    }
}
