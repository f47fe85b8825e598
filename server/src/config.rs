//! Settings from the environment or the command line. `doorstep serve --help` lists them.

use std::{net::SocketAddr, path::PathBuf};

use crate::{
    carriers::Template,
    db::DatabaseUrl,
    error::{Error, Result},
};

#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// `postgres://…` or `sqlite:PATH`. Unless told: SQLite in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,

    /// Folder for the SQLite file and the keys; readable by the owner only.
    #[arg(long, env = "DOORSTEP_DATA", default_value = "data")]
    pub data: PathBuf,

    /// Address to listen on.
    #[arg(long, env = "DOORSTEP_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address that browsers use, for links and for telling our own pages from other sites. Unless told: as listened.
    #[arg(long, env = "DOORSTEP_PUBLIC_URL")]
    pub public_url: Option<url::Url>,

    /// Folder with the built pages: scripts, styles, pictures.
    #[arg(long, env = "DOORSTEP_DIST", default_value = "dist")]
    pub dist: PathBuf,

    /// Fill an empty database with a made-up city and show messages at `/dev/outbox`, codes included.
    #[arg(long, env = "DOORSTEP_DEMO", default_value_t = false)]
    pub demo: bool,

    /// Serve a demonstration to other machines too. Whoever reaches it reads everybody's sign-in codes.
    #[arg(long, env = "DOORSTEP_DEMO_FOR_ALL", default_value_t = false)]
    pub demo_for_all: bool,

    /// Threads that answer requests. 0: one per core.
    #[arg(long, env = "DOORSTEP_WORKERS", default_value_t = 0)]
    pub workers: usize,

    /// Database connections at most.
    #[arg(long, env = "DOORSTEP_CONNECTIONS", default_value_t = 16)]
    pub connections: u32,

    /// Writes in one commit at most. 1 commits each alone, which is slower and no safer: for comparison.
    #[arg(long, env = "DOORSTEP_COMMIT_GROUP", default_value_t = crate::db::GROUP)]
    pub commit_group: usize,

    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed, separated by commas.
    #[arg(long, env = "DOORSTEP_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<std::net::IpAddr>,

    /// Addresses besides this machine that may read `/metrics`, separated by commas.
    #[arg(long, env = "DOORSTEP_METRICS_FOR", value_delimiter = ',')]
    pub metrics_for: Vec<std::net::IpAddr>,

    /// Key for map tiles of 天地图. Without it the map shows the outlines of the districts.
    #[arg(long, env = "DOORSTEP_TIANDITU_KEY", hide_env_values = true)]
    pub tianditu_key: Option<String>,

    /// What the city goes by above the national numbers: a pack that ships with the program, by its name (`zhangye`,
    /// `jining`, `shaoxing`, `wuxi`), or a file of its own, which may stand on a pack.
    #[arg(long, env = "DOORSTEP_POLICY")]
    pub policy: Option<PathBuf>,

    /// Public holidays and working weekends (CSV). Unless told: those that ship with the program.
    #[arg(long, env = "DOORSTEP_HOLIDAYS")]
    pub holidays: Option<PathBuf>,

    /// Unsafe calls a second from one account, or from one address when not signed in. 0: no limit.
    #[arg(long, env = "DOORSTEP_CALLS_PER_SECOND", default_value_t = 20)]
    pub calls_per_second: u32,

    /// Searches a second from one address that count choices or look for siblings: a page makes one, and behind one
    /// address may be all families of an estate. 0: no limit.
    #[arg(long, env = "DOORSTEP_SEARCHES_PER_SECOND", default_value_t = 50)]
    pub searches_per_second: u32,

    /// Open pages that are told of changes at once, at most. Each holds a connection and a few hundred bytes.
    #[arg(long, env = "DOORSTEP_STREAMS", default_value_t = 20_000)]
    pub streams: usize,

    /// Passwords of staff that are checked at once: so many for devices that are known, and as many for others. Each
    /// takes 19 MiB and one core for some thirty milliseconds.
    #[arg(long, env = "DOORSTEP_PASSWORDS", default_value_t = 2)]
    pub passwords: usize,

    #[command(flatten)]
    pub code_limits: CodeLimits,

    #[command(flatten)]
    pub sms: SmsSettings,

    #[command(flatten)]
    pub wechat: WechatSettings,
}

/// The official account that writes to people's WeChat, where one is named; text messages must be set up too. Without
/// one no page speaks of it.
///
/// A template is `ID:gap=fact,…`: the id that the account gave it, and what fills its gaps, facts being `nursery`,
/// `when` and `text`. A kind of message without a template goes by text message.
#[derive(Clone, Debug, clap::Args)]
pub struct WechatSettings {
    /// AppID of the official account. Set: who has bound a WeChat is told there.
    #[arg(long, env = "DOORSTEP_WECHAT_APP_ID")]
    pub wechat_app_id: Option<String>,

    /// Its AppSecret.
    #[arg(long, env = "DOORSTEP_WECHAT_APP_SECRET", hide_env_values = true)]
    pub wechat_app_secret: Option<String>,

    /// Template of what happened to a booking, such as `ID:thing1=nursery,time2=when`.
    #[arg(long, env = "DOORSTEP_WECHAT_TEMPLATE_BOOKING")]
    pub wechat_template_booking: Option<Template>,

    /// Template of a place that is offered to who waits.
    #[arg(long, env = "DOORSTEP_WECHAT_TEMPLATE_OFFER")]
    pub wechat_template_offer: Option<Template>,

    /// Template of a visit that is near.
    #[arg(long, env = "DOORSTEP_WECHAT_TEMPLATE_REMINDER")]
    pub wechat_template_reminder: Option<Template>,

    /// Template of anything else but codes to sign in with, which never go by WeChat.
    #[arg(long, env = "DOORSTEP_WECHAT_TEMPLATE_OTHER")]
    pub wechat_template_other: Option<Template>,

    /// Address of the service.
    #[arg(long, env = "DOORSTEP_WECHAT_ENDPOINT", default_value = "https://api.weixin.qq.com")]
    pub wechat_endpoint: url::Url,

    /// Where WeChat's own browser says who somebody is.
    #[arg(
        long,
        env = "DOORSTEP_WECHAT_AUTHORIZE",
        default_value = "https://open.weixin.qq.com/connect/oauth2/authorize"
    )]
    pub wechat_authorize: url::Url,

    /// Milliseconds for which the service's answer is waited for; eight seconds at most, because a message may need two
    /// tokens and two tries, and half a minute is longer than anybody waits.
    #[arg(long, env = "DOORSTEP_WECHAT_PATIENCE_MS", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=8_000))]
    pub wechat_patience_ms: u32,
}

/// Who brings text messages to phones: Alibaba Cloud, where a key is set. Without one they stay in the outbox.
#[derive(Clone, Debug, clap::Args)]
pub struct SmsSettings {
    /// Id of the access key at Alibaba Cloud. Set: text messages are sent.
    #[arg(long, env = "DOORSTEP_SMS_KEY_ID", hide_env_values = true)]
    pub sms_key_id: Option<String>,

    /// The key itself.
    #[arg(long, env = "DOORSTEP_SMS_KEY_SECRET", hide_env_values = true)]
    pub sms_key_secret: Option<String>,

    /// The sender as it was approved; stands in brackets before each message.
    #[arg(long, env = "DOORSTEP_SMS_SIGN_NAME")]
    pub sms_sign_name: Option<String>,

    /// Template of sign-in codes, as it was approved: `ID:gap=code`.
    #[arg(long, env = "DOORSTEP_SMS_TEMPLATE_CODE")]
    pub sms_template_code: Option<Template>,

    /// Template of links with which staff begin: `ID:gap=key`, `key` being what stands behind `code=` in the link. Without
    /// one they are not sent: whoever invites sees that at the message.
    #[arg(long, env = "DOORSTEP_SMS_TEMPLATE_INVITATION")]
    pub sms_template_invitation: Option<Template>,

    /// Template of all other messages: `ID:gap=fact,…`, facts being `nursery`, `when` and `text`.
    #[arg(long, env = "DOORSTEP_SMS_TEMPLATE_NOTICE")]
    pub sms_template_notice: Option<Template>,

    /// Address of the service.
    #[arg(long, env = "DOORSTEP_SMS_ENDPOINT", default_value = "https://dysmsapi.aliyuncs.com")]
    pub sms_endpoint: url::Url,

    /// Milliseconds for which its answer is waited for; half a minute at most.
    #[arg(long, env = "DOORSTEP_SMS_PATIENCE_MS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=30_000))]
    pub sms_patience_ms: u32,
}

/// How many sign-in codes may be asked for, and why no more. 0 lifts a limit.
#[derive(Clone, Debug, clap::Args)]
pub struct CodeLimits {
    /// Sign-in codes to one phone in a minute: a text message needs that long, so asking again sooner helps nobody.
    #[arg(long, env = "DOORSTEP_CODES_PER_PHONE_MINUTE", default_value_t = 1)]
    pub codes_per_phone_minute: u16,

    /// Sign-in codes to one phone in an hour, asked for by one address: more than anyone mistypes.
    #[arg(long, env = "DOORSTEP_CODES_PER_PHONE_HOUR", default_value_t = 5)]
    pub codes_per_phone_hour: u16,

    /// Sign-in codes to one phone in a day, asked for by one address: who uses them up stops only himself.
    #[arg(long, env = "DOORSTEP_CODES_PER_PHONE_DAY", default_value_t = 10)]
    pub codes_per_phone_day: u16,

    /// Sign-in codes to one phone in a day, whoever asks, except a device on which it has signed in before. With at
    /// most ten tries each, guessing one takes nine years on average; keeps others from pestering a phone.
    #[arg(long, env = "DOORSTEP_CODES_PER_PHONE_DAY_STRANGERS", default_value_t = 30)]
    pub codes_per_phone_day_strangers: u16,

    /// Sign-in codes asked for by one address in an hour: all parents of a nursery may come through one.
    #[arg(long, env = "DOORSTEP_CODES_PER_ADDRESS_HOUR", default_value_t = 60)]
    pub codes_per_address_hour: u16,

    /// Sign-in codes altogether in a minute: text messages cost money, and a city never needs as many.
    #[arg(long, env = "DOORSTEP_CODES_PER_MINUTE", default_value_t = 1_000)]
    pub codes_per_minute: u16,
}

impl Config {
    pub fn database(&self) -> DatabaseUrl {
        self.database_url.clone().unwrap_or_else(|| DatabaseUrl::Sqlite(self.data.join("doorstep.db")))
    }

    /// Where browsers reach us.
    pub fn origin(&self) -> String {
        match &self.public_url {
            Some(url) => url.origin().ascii_serialization(),
            None => format!("http://{}", self.listen),
        }
    }

    /// Whether a server may start with these settings.
    ///
    /// # Errors
    /// When they would show everybody's sign-in codes to other machines and nobody has said that they should.
    pub fn check(&self) -> Result<()> {
        if self.demo && !self.listen.ip().is_loopback() && !self.demo_for_all {
            return Err(Error::internal(format!(
                "a demonstration shows everybody's sign-in codes at /dev/outbox, and other machines can reach {}; \
                 listen on 127.0.0.1, or set DOORSTEP_DEMO=false, or allow it with DOORSTEP_DEMO_FOR_ALL=true",
                self.listen
            )));
        }
        Ok(())
    }

    /// What an operator should know who starts a server with these settings.
    pub fn warnings(&self) -> Vec<&'static str> {
        let is_public = !self.listen.ip().is_loopback();
        let mut warnings = Vec::new();
        if is_public && self.public_url.is_none() {
            warnings.push(
                "other machines can reach this server, and DOORSTEP_PUBLIC_URL is not set: cookies travel without \
                 `Secure`, and forms of browsers that know it by another name are refused",
            );
        }
        warnings
    }

    /// Whether browsers speak TLS to us, so that cookies may insist on it.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only parsed: nothing listens.
    fn config(arguments: &[&str]) -> Config {
        #[derive(clap::Parser)]
        struct Settings {
            #[command(flatten)]
            config: Config,
        }
        let arguments = ["doorstep"].iter().chain(arguments);
        <Settings as clap::Parser>::parse_from(arguments).config
    }

    #[test]
    fn a_demonstration_is_for_this_machine_unless_told() {
        let cases: [(&[&str], bool); 6] = [
            (&["--demo"], true),
            (&["--demo", "--listen", "[::1]:80"], true),
            (&["--listen", "0.0.0.0:80"], true),
            (&["--demo", "--listen", "0.0.0.0:80"], false),
            (&["--demo", "--listen", "192.0.2.1:80"], false),
            (&["--demo", "--listen", "0.0.0.0:80", "--demo-for-all"], true),
        ];
        for (arguments, may_start) in cases {
            assert_eq!(config(arguments).check().is_ok(), may_start, "{arguments:?}");
        }
    }

    #[test]
    fn a_server_that_others_can_reach_should_know_its_name() {
        let cases: [(&[&str], usize); 5] = [
            (&[], 0),
            (&["--listen", "[::1]:8080"], 0),
            (&["--listen", "0.0.0.0:8080"], 1),
            (&["--listen", "[::]:8080"], 1),
            (&["--listen", "0.0.0.0:8080", "--public-url", "https://care.example"], 0),
        ];
        for (arguments, warnings) in cases {
            assert_eq!(config(arguments).warnings().len(), warnings, "{arguments:?}");
        }
    }
}
