//! Logs and metrics. Logs carry ids and codes, never persons; metrics carry neither.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Upper bounds of the request-time histogram, seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// Starts logging; a second call changes nothing.
pub fn logs(format: LogFormat, filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    drop(started);
}

/// The process's metrics, in Prometheus's text format.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder for the whole process; in a process that has one already (tests with
    /// several banks) the new handle shows nothing.
    pub fn install() -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .map_or_else(
                |_| PrometheusBuilder::new().build_recorder(),
                PrometheusBuilder::build_recorder,
            );
        let handle = recorder.handle();
        drop(metrics::set_global_recorder(recorder));
        Self(handle)
    }

    /// The text of `/metrics`, with this process's CPU time, memory and network beside our own counts.
    pub fn render(&self) -> String {
        let usage = Usage::now();
        metrics::gauge!("process_resident_memory_bytes").set(gauge(usage.rss_bytes));
        metrics::gauge!("process_cpu_milliseconds_total").set(gauge(usage.cpu_ms));
        metrics::gauge!("node_network_receive_bytes_total").set(gauge(usage.received_bytes));
        metrics::gauge!("node_network_transmit_bytes_total").set(gauge(usage.sent_bytes));
        self.0.run_upkeep();
        self.0.render()
    }
}

/// Counts one of a kind.
pub fn count(name: &'static str) {
    metrics::counter!(name).increment(1);
}

/// Sets a gauge; what is negative shows as 0.
pub fn gauge_i64(name: &'static str, value: i64) {
    metrics::gauge!(name).set(gauge(u64::try_from(value).unwrap_or(0)));
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a gauge is a float by its protocol; 2^53 is plenty"
)]
fn gauge(value: u64) -> f64 {
    value as f64
}

/// What this process uses, read from `/proc`; zero where that is not to be had.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    pub rss_bytes: u64,
    /// User and system time since the start.
    pub cpu_ms: u64,
    pub received_bytes: u64,
    pub sent_bytes: u64,
}

impl Usage {
    pub fn now() -> Self {
        let (received_bytes, sent_bytes) = network();
        Self {
            rss_bytes: rss().unwrap_or(0),
            cpu_ms: cpu().unwrap_or(0),
            received_bytes,
            sent_bytes,
        }
    }
}

fn rss() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.split_whitespace()
        .next()?
        .parse::<u64>()
        .ok()
        .map(|kib| kib * 1024)
}

/// Fields 14 and 15 of `stat`, counted after the command's closing bracket, in ticks of 10 ms.
fn cpu() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) * 10)
}

fn network() -> (u64, u64) {
    let text = std::fs::read_to_string("/proc/self/net/dev").unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .fold((0, 0), |(received, sent), (_, rest)| {
            let mut numbers = rest.split_whitespace().map(|n| n.parse::<u64>().unwrap_or(0));
            let (r, s) = (numbers.next().unwrap_or(0), numbers.nth(7).unwrap_or(0));
            (received + r, sent + s)
        })
}
