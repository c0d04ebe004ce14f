//! Starts the service: reads the command line, opens the store, listens until it is told to stop.
#![allow(
    clippy::print_stdout,
    reason = "what people need to sign in is for them, not for the log"
)]

use std::{error::Error, net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use portcullis::{
    Timestamp,
    account::{self, Accounts, SecondFactor},
    attempts::forwarded::TrustedProxies,
    password,
    rbac::{Grant, Grants, Scope},
    session,
    store::Store,
    totp::Mandate,
};
use portcullis_web::{Office, Options, Settings, USAGE, app, devices, open, say};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Notify,
};

/// Requests under way when the service is stopped have this long to end.
const GRACE: Duration = Duration::from_secs(10);
/// Of the demo account's password.
const ENTROPY_BITS: u32 = 80;
const DEMO: &str = "demo";
/// Its role, on which a second factor is mandatory.
const STAFF: &str = "staff";

fn main() -> ExitCode {
    let options = match Options::read() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("portcullis-web: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portcullis-web: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let (sessions, idle) = sessions(options)?;
    let policy = policy(options)?.with_sessions(sessions);
    let (ring, store) = open(&options.store, &options.key)?;
    let beside = format!("{}.devices", options.key);
    let keys = devices(Some(beside.as_str()).filter(|_| options.store != "memory"))?;
    let settings = Settings::new(idle, keys.lifetime());
    let accounts = Accounts::new(policy, ring, store).with_device_keys(keys);
    if options.demo {
        let password = seed(&accounts)?;
        println!("account {DEMO}, password {}", password.expose_secret());
    }
    let proxies = TrustedProxies::parse(&options.proxies)?;
    let office = Office::new(accounts, settings, proxies)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(serve(options, office))?;
    // what still runs then is a slow hash for somebody who has gone
    runtime.shutdown_timeout(GRACE);
    Ok(())
}

/// The back office's rules, with a time of grace before the second factor where it is asked for.
fn policy(options: &Options) -> Result<account::Policy, Box<dyn Error>> {
    let policy = account::Policy::back_office("Portcullis")?;
    let Some(grace) = options.grace else {
        return Ok(policy);
    };
    let mandate = Mandate::new(STAFF)?.with_grace_time(grace)?;
    let policy = policy.with_second_factor(SecondFactor::Optional);
    Ok(policy.with_mandates([mandate])?)
}

/// The back office's rules for sessions, or others where the command line asks for them.
fn sessions(options: &Options) -> Result<(session::Policy, Duration), session::Error> {
    let (idle, absolute) = (
        Duration::from_secs(15 * 60),
        Duration::from_secs(12 * 60 * 60),
    );
    if options.idle.is_none() && options.absolute.is_none() {
        return Ok((session::Policy::back_office(), idle));
    }
    let absolute = options.absolute.unwrap_or(absolute);
    let idle = options.idle.unwrap_or(idle).min(absolute);
    say(format_args!(
        "sessions end after {idle:?} without activity and after {absolute:?} in any case: not the \
         back office's preset"
    ));
    Ok((session::Policy::new(idle, absolute)?, idle))
}

/// Makes the demo account, or gives the one that is there a new password, which ends its sessions.
fn seed(accounts: &Accounts<impl Store>) -> Result<password::Generated, Box<dyn Error>> {
    let now = Timestamp::now();
    let password = password::Policy::back_office().generate(ENTROPY_BITS, &[DEMO])?;
    let grants = Grants::new().with(Grant::new(STAFF, Scope::Everywhere))?;
    match accounts.register(DEMO, &password.password(), grants, now) {
        Err(account::Error::Exists) => {
            let ticket = accounts.start_reset(DEMO, now)?;
            accounts.reset_password(&ticket, &password.password(), now)?;
        }
        registered => registered?,
    }
    Ok(password)
}

async fn serve(options: &Options, office: Office) -> Result<(), Box<dyn Error>> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let listener = TcpListener::bind(options.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stopping = Arc::new(Notify::new());
    let stop = Arc::clone(&stopping);
    let told = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        say("stopping");
        stop.notify_one();
    };
    let app = app(office).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(told);
    // who is slow is not waited for for ever
    let patience = async {
        stopping.notified().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = server.into_future() => ended?,
        () = patience => say("gave up waiting for requests under way"),
    }
    Ok(())
}
