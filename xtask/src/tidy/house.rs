//! What tidy looks at: every text file of the project and what cargo knows about the packages, read once.

use super::lexer::{self, Parsed};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// Folders that hold nothing of ours: what is built, installed or written at run time.
const NOT_OURS: [&str; 5] = ["target", "node_modules", "dist", "data", ".git"];
const TEXT: [&str; 14] = [
    "rs", "toml", "sql", "md", "ts", "vue", "mjs", "js", "css", "html", "json", "lock", "yml", "txt",
];

pub(super) struct House {
    pub(super) files: Vec<SourceFile>,
    pub(super) packages: Vec<Package>,
    /// Every package of the build, ours and others'.
    pub(super) everything: Vec<Package>,
}

pub(super) struct SourceFile {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    /// Only for Rust.
    pub(super) rust: Option<Parsed>,
}

#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) source: Option<String>,
    pub(super) license: Option<String>,
    pub(super) manifest_path: String,
    #[serde(default)]
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Set when the dependency lies in this repository.
    pub(super) path: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: String,
}

impl House {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        walk(root, "", &mut files)?;
        files.sort_by(|a: &SourceFile, b| a.path.cmp(&b.path));
        let mut everything = packages(&["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])?;
        everything.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            files,
            packages: packages(&["--no-deps"])?,
            everything,
        })
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| SourceFile::new((*path).to_owned(), (*text).to_owned()));
        Self {
            files: files.collect(),
            packages: Vec::new(),
            everything: Vec::new(),
        }
    }

    pub(super) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = (&SourceFile, &Parsed)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.rust.as_ref()?)))
    }
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        let rust = (ending(&path) == "rs").then(|| lexer::parse(&text));
        Self { path, text, rust }
    }
}

fn walk(dir: &Path, prefix: &str, files: &mut Vec<SourceFile>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if kind.is_file() && is_text(&name) {
            // A file that is no UTF-8 is no text, whatever its name says.
            if let Ok(text) = fs::read_to_string(entry.path()) {
                files.push(SourceFile::new(path, text));
            }
        }
    }
    Ok(())
}

/// What follows the last dot of the name.
pub(super) fn ending(path: &str) -> &str {
    path.rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map_or("", |(_, ending)| ending)
}

fn is_text(name: &str) -> bool {
    ending(name).is_empty() || TEXT.contains(&ending(name))
}

/// The packages that cargo knows, with manifest paths from the root.
fn packages(args: &[&str]) -> Result<Vec<Package>> {
    let mut cargo = crate::shell::cargo();
    let out = crate::shell::capture(cargo.args(["metadata", "--format-version", "1"]).args(args))?;
    let mut data: Metadata = serde_json::from_slice(&out).context("cargo metadata")?;
    let root = format!("{}/", data.workspace_root);
    for package in &mut data.packages {
        package.manifest_path = package.manifest_path.replace(&root, "");
        for dependency in &mut package.dependencies {
            dependency.path = dependency.path.take().map(|path| path.replace(&root, ""));
        }
    }
    Ok(data.packages)
}
