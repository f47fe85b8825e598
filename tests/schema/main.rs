//! What holds the house together: the migrations, the tables, and who may depend on whom.

mod dates;
mod dependencies;
mod layers;
mod migrations;
mod source;
mod tables;
mod texts;
mod use_paths;
