//! `doorstep`: the server and its commands.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};
use doorstep_server::{
    accounts::{Enlister, Openids},
    app::{self, App},
    carriers,
    clock::{Clock as _, SystemClock},
    commands::{self, Format},
    config::Config,
    db::{DatabaseUrl, Db, migrate},
    demo,
    error::{Error, Result},
    jobs::{Office, Worker},
    nurseries::import,
    outbox::{Courier, Post},
    policy::Policies,
    serve,
};
use doorstep_shared::{Date, ids::NurseryId};

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
    /// Run jobs without answering requests.
    Work {
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
    /// Derive the places in use from the bookings; exit 1 and name the rows on any difference.
    Check {
        #[command(flatten)]
        config: Config,
    },
    /// Write all data to one file. A server may go on working.
    Backup {
        #[command(flatten)]
        config: Config,
        /// An older backup of that name is replaced once the new one is whole.
        file: PathBuf,
    },
    /// Put a backup in the place of the database. No server may use it.
    Restore {
        #[command(flatten)]
        config: Config,
        file: PathBuf,
        /// Replace the database that is there; all that it holds is lost.
        #[arg(long)]
        force: bool,
    },
    /// List messages with how far they have come: sent, failed and why, waiting. Says nothing of what they say.
    Outbox {
        #[command(flatten)]
        options: commands::OutboxOptions,
        #[command(flatten)]
        config: Config,
    },
    /// Note that a child comes first in line where families wait for places, as the city has confirmed it.
    Group {
        #[command(flatten)]
        options: commands::GroupOptions,
        #[command(flatten)]
        config: Config,
    },
    /// Let people work at a nursery.
    Staff {
        #[command(subcommand)]
        wanted: commands::Staff,
        #[command(flatten)]
        config: Config,
    },
    /// Let people work for an office that gives vouchers out.
    Issuer {
        #[command(subcommand)]
        wanted: commands::Issuer,
        #[command(flatten)]
        config: Config,
    },
    /// Read lists that others keep.
    #[command(subcommand)]
    Import(Import),
    /// Write lists for people.
    #[command(subcommand)]
    Export(Export),
}

#[derive(Subcommand)]
enum Import {
    /// Nurseries from CSV, XLSX, JSON or GeoJSON. Tells what became of every row; all is written, or nothing.
    Nurseries {
        #[command(flatten)]
        options: import::command::Options,
        #[command(flatten)]
        config: Config,
    },
}

#[derive(Subcommand)]
enum Export {
    /// The children whom a nursery expects on a day: what the door needs, without health facts.
    Bookings {
        #[command(flatten)]
        config: Config,
        /// Id of the nursery. Unless told: all.
        #[arg(long)]
        nursery: Option<NurseryId>,
        /// `YYYY-MM-DD`. Unless told: today.
        #[arg(long)]
        date: Option<Date>,
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
    },
}

/// A page of results is made of some ten thousand small texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("doorstep: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve { config } => {
            config.check()?;
            let db = open(&config)?;
            if config.demo {
                demo::command::first_start(&db, &Enlister::at(&config.data)?, &policies(&config)?, SystemClock.now())?;
            }
            // Outside the runtime, because it waits for the database.
            let working = (worker(&db, &config)?, courier(&db, &config)?);
            actix_web::rt::System::new().block_on(async {
                let listening = serve::listen(App::new(config, db, Arc::new(SystemClock))?)?;
                println!("Doorstep listens on http://{}", listening.address);
                listening.server.await.map_err(Error::internal)
            })?;
            drop(working);
        }
        Command::Work { config } => {
            let db = open(&config)?;
            // Before anything is begun that must not be broken off.
            let runtime = actix_web::rt::System::new();
            let stop = runtime.block_on(async { serve::told_to_stop() })?;
            let working = (worker(&db, &config)?, courier(&db, &config)?);
            println!("Doorstep runs jobs");
            runtime.block_on(stop);
            drop(working);
        }
        Command::Migrate { config } => drop(open(&config)?),
        Command::Check { config } => {
            let found = commands::check(&config, SystemClock.now())?;
            found.warnings.iter().for_each(|warning| println!("warning: {warning}"));
            found.differences.iter().for_each(|difference| println!("{difference}"));
            println!("{} differences, {} warnings", found.differences.len(), found.warnings.len());
            if !found.differences.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Backup { config, file } => {
            commands::backup(&config, &file)?;
            println!("wrote {}", file.display());
            println!(
                "keep a copy of the keys in {} too: without them health facts cannot be read",
                config.data.display()
            );
        }
        Command::Restore { config, file, force } => {
            commands::restore(&config, &file, force)?;
            println!("restored {} into {}", file.display(), config.database());
        }
        Command::Export(Export::Bookings { config, nursery, date, format }) => {
            print!("{}", commands::export_bookings(&config, SystemClock.now(), nursery, date, format)?);
        }
        Command::Import(Import::Nurseries { options, config }) => {
            let db = if options.dry_run { as_it_is(&config)? } else { Some(open(&config)?) };
            import::command::import(db.as_ref(), &policies(&config)?, SystemClock.now(), &options)?;
        }
        Command::Outbox { options, config } => println!("{}", commands::outbox(&config, &options)?.trim_end()),
        Command::Staff { wanted, config } => {
            println!("{}", commands::staff(&config, &wanted, SystemClock.now())?);
            println!("it was sent to that number, too; it works once and with that number only");
        }
        Command::Issuer { wanted, config } => println!("{}", commands::issuer(&config, &wanted, SystemClock.now())?),
        Command::Group { options, config } => commands::group(&config, &options, SystemClock.now())?,
        Command::Demo { options, config } => {
            let (db, enlister) = (open(&config)?, Enlister::at(&config.data)?);
            demo::command::demo(&db, &enlister, &policies(&config)?, SystemClock.now(), &options)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn worker(db: &Db, config: &Config) -> Result<Worker> {
    Worker::start(Office {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        policies: Arc::new(policies(config)?),
        jobs: app::jobs()?,
    })
}

fn courier(db: &Db, config: &Config) -> Result<Courier> {
    let openids = Openids::at(&config.data)?;
    Courier::start(Post {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        policies: Arc::new(policies(config)?),
        carriers: carriers::of(config, Arc::new(move |account, sealed| openids.open(account, sealed)))?,
    })
}

fn policies(config: &Config) -> Result<Policies> {
    Policies::load(config.policy.as_deref(), config.holidays.as_deref())
}

/// The database without any change to it; None when there is no SQLite file yet.
fn as_it_is(config: &Config) -> Result<Option<Db>> {
    match config.database() {
        DatabaseUrl::Sqlite(path) if !path.exists() => Ok(None),
        url => Db::open(&url, config.connections).map(Some),
    }
}

/// Opens and migrates the database, saying what was done.
fn open(config: &Config) -> Result<Db> {
    let db = Db::open_grouping(&config.database(), config.connections, config.commit_group)?;
    for migration in migrate::migrate(&db)? {
        println!("migrated {migration}");
    }
    Ok(db)
}
