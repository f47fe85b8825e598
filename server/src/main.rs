//! `doorstep`: the server and its commands.

use std::{process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};
use doorstep_server::{
    app::App,
    clock::{Clock as _, SystemClock},
    config::Config,
    db::{Db, migrate},
    demo,
    error::Result,
    policy::Policies,
    serve,
};

/// 家门口托育: find care for under-threes near home, and book it.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate, then answer requests and run jobs until told to stop.
    Serve {
        #[command(flatten)]
        config: Config,
    },
    /// Bring the database up to date.
    Migrate {
        #[command(flatten)]
        config: Config,
    },
    /// Fill an empty database with a made-up city: districts, nurseries, families and their bookings.
    Demo {
        #[command(flatten)]
        options: demo::Options,
        #[command(flatten)]
        config: Config,
    },
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doorstep: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve { config } => {
            let db = open(&config)?;
            if config.demo {
                demo::command::first_start(&db, &policies(&config)?, SystemClock.now())?;
            }
            actix_web::rt::System::new().block_on(async {
                let listening = serve::listen(App::new(config, db, Arc::new(SystemClock))?)?;
                println!("Doorstep listens on http://{}", listening.address);
                listening.server.await.map_err(doorstep_server::error::Error::internal)
            })
        }
        Command::Migrate { config } => open(&config).map(drop),
        Command::Demo { options, config } => {
            demo::command::demo(&open(&config)?, &policies(&config)?, SystemClock.now(), &options)
        }
    }
}

fn policies(config: &Config) -> Result<Policies> {
    Policies::load(config.policy.as_deref(), config.holidays.as_deref())
}

/// Opens and migrates the database, saying what was done.
fn open(config: &Config) -> Result<Db> {
    let db = Db::open(&config.database(), config.connections)?;
    for migration in migrate::migrate(&db)? {
        println!("migrated {migration}");
    }
    Ok(db)
}
