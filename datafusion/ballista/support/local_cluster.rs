//! A cluster on loopback: a scheduler in this process, and executors that are processes of their
//! own. The example and the test share it.

use ballista_executor::executor_process::ExecutorProcessConfig;
use ballista_scheduler::config::SchedulerConfig;
use presign_datafusion::Functions;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A scheduler, and executors that end with it.
pub struct LocalCluster {
    pub port: u16,
    pub executors: Vec<Child>,
}

impl LocalCluster {
    /// Starts a scheduler and executors. Each executor is this program with the arguments
    /// `executor`, the scheduler's port, and `arguments` of its own. It calls [`run_executor`].
    /// `stdout` is where they print.
    pub async fn start(
        functions: Functions,
        config: SchedulerConfig,
        stdout: fn() -> Stdio,
        arguments: &[&[&str]],
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let config = SchedulerConfig {
            external_host: "127.0.0.1".into(),
            bind_port: port,
            min_ready_executors: arguments.len(),
            ..config
        };
        let scheduler = presign_ballista::run_scheduler(listener, config, [functions]);
        tokio::spawn(async {
            if let Err(error) = scheduler.await {
                eprintln!("the scheduler failed: {error}");
            }
        });
        let mut cluster = LocalCluster {
            port,
            executors: Vec::new(),
        };
        for arguments in arguments {
            let child = Command::new(std::env::current_exe()?)
                .args(["executor", &port.to_string()])
                .args(*arguments)
                .stdout(stdout())
                .spawn()?;
            cluster.executors.push(child);
        }
        Ok(cluster)
    }

    pub fn url(&self) -> String {
        format!("df://127.0.0.1:{}", self.port)
    }
}

impl Drop for LocalCluster {
    fn drop(&mut self) {
        for executor in &mut self.executors {
            // It may have ended before.
            let _ = executor.kill();
            let _ = executor.wait();
        }
    }
}

/// Runs an executor with one thread for queries, until it is killed.
pub async fn run_executor(
    scheduler_port: u16,
    work: &Path,
    functions: Functions,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let [port, grpc_port] = free_ports()?;
    let config = ExecutorProcessConfig {
        scheduler_host: "127.0.0.1".into(),
        scheduler_port,
        external_host: Some("127.0.0.1".into()),
        port,
        grpc_port,
        vcores: 1,
        work_dir: Some(work.display().to_string()),
        executor_heartbeat_interval_seconds: 1,
        ..ExecutorProcessConfig::default()
    };
    presign_ballista::run_executor(config, [functions]).await
}

/// Returns two different ports that are free.
fn free_ports() -> io::Result<[u16; 2]> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (first, second) = (listen()?, listen()?);
    Ok([first.local_addr()?.port(), second.local_addr()?.port()])
}
