//! The functions of one store, to register.

use crate::credential_source::CredentialSource;
use crate::function::LinkFunction;
use crate::settings::{KINDS, Kind, Settings, Store, Style};
use crate::values_rule::RejectLinksInValues;
use datafusion::common::{Result, plan_datafusion_err, plan_err};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;
use presign::{AddressingStyle, Credentials, Timestamp};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The functions of one store, with their settings and the credentials of this process.
///
/// The [crate's documentation](crate) lists the functions.
///
/// ```
/// use datafusion::execution::FunctionRegistry;
/// use datafusion::prelude::SessionContext;
/// use presign::{AddressingStyle, Credentials};
/// use presign_datafusion::Functions;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let context = SessionContext::new();
/// Functions::s3("us-east-1")
///     .endpoint("http://localhost:9000")
///     .addressing_style(AddressingStyle::Path)
///     .credentials(credentials)
///     .register(&context)?;
/// assert!(context.udf("presign_get").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Functions {
    store: Store,
    /// All settings except the style.
    settings: Settings,
    style: AddressingStyle,
    credentials: Arc<CredentialSource>,
}

impl Functions {
    /// Returns the functions of S3 and compatible stores, for one region.
    #[must_use]
    pub fn s3(region: impl Into<String>) -> Self {
        Functions::new(Store::S3, region.into())
    }

    /// Returns the functions of Google Cloud Storage.
    #[cfg(feature = "gcs")]
    #[must_use]
    pub fn gcs() -> Self {
        Functions::new(Store::Gcs, "auto".into())
    }

    fn new(store: Store, region: String) -> Self {
        let settings = Settings {
            format: Settings::FORMAT,
            region,
            ..Settings::default()
        };
        Functions {
            store,
            settings,
            style: AddressingStyle::default(),
            credentials: Arc::new(CredentialSource::None),
        }
    }

    /// Sets the URL of a store that isn't AWS's or Google's own, such as
    /// `https://minio.example.com`.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.settings.endpoint = Some(url.into());
        self
    }

    /// Sets the position of the bucket's name in links.
    #[must_use]
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.style = style;
        self
    }

    /// Sets the credentials of this process. They never leave it.
    ///
    /// A process that only plans, such as a scheduler or its client, needs none.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Arc::new(CredentialSource::Fixed(credentials));
        self
    }

    /// Sets a provider of credentials that rotate. It is called once for each batch of rows, on a
    /// thread that executes the query, so it should return credentials that are at hand.
    ///
    /// ```
    /// use presign::Credentials;
    /// use presign_datafusion::Functions;
    /// use std::sync::{Arc, RwLock};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let current = Arc::new(RwLock::new(credentials)); // another task replaces them
    /// let functions = Functions::s3("us-east-1").credentials_provider(move || {
    ///     let current = current.read().map_err(|_| "the task that refreshes credentials failed")?;
    ///     Ok(current.clone())
    /// });
    /// # Ok::<(), presign::Error>(())
    /// ```
    #[must_use]
    pub fn credentials_provider(
        mut self,
        provider: impl Fn() -> Result<Credentials, Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    ) -> Self {
        self.credentials = Arc::new(CredentialSource::Provider(Box::new(provider)));
        self
    }

    /// Sets the signing time of all links, instead of the start of each query. A timestamp as the
    /// last argument of a call still has precedence.
    #[must_use]
    pub fn signing_time(mut self, time: impl Into<Timestamp>) -> Self {
        self.settings.signing_time = Some(time.into().unix_seconds());
        self
    }

    /// Lets the link of a key that can't be signed, such as an empty one, be null instead of an
    /// error. All other errors are still errors.
    #[must_use]
    pub fn null_for_invalid_keys(mut self) -> Self {
        self.settings.null_for_invalid_keys = true;
        self
    }

    /// Registers the functions, and [`RejectLinksInValues`]. A session has one set of functions
    /// for each store.
    ///
    /// # Errors
    /// [`DataFusionError::Plan`](datafusion::error::DataFusionError::Plan) for an invalid region,
    /// an invalid endpoint, a style that doesn't fit the endpoint, or a session that has functions
    /// for the store.
    pub fn register(&self, context: &SessionContext) -> Result<()> {
        let udfs = self.udfs()?;
        for udf in &udfs {
            let registered = context.udf(udf.name());
            if registered.is_ok_and(|registered| LinkFunction::of(&registered).is_some()) {
                return plan_err!(
                    "{} is registered already; a session has one set of functions for each store",
                    udf.name()
                );
            }
        }
        for udf in udfs {
            context.register_udf(udf);
        }
        context.add_analyzer_rule(Arc::new(RejectLinksInValues));
        Ok(())
    }

    /// Returns the functions, or an error if the settings are invalid.
    pub(crate) fn udfs(&self) -> Result<Vec<ScalarUDF>> {
        let Some(style) = Style::new(self.style) else {
            return plan_err!("the addressing style {:?} is not supported", self.style);
        };
        let mut settings = self.settings.clone();
        settings.set_style(style);
        self.kinds()
            .map(|kind| {
                // A name that every store accepts, so that only the settings can be at fault.
                let bucket = settings.bucket(kind, "bucket");
                bucket.map_err(|error| plan_datafusion_err!("{error}"))?;
                Ok(self.udf(kind, settings.clone()))
            })
            .collect()
    }

    /// Returns the function that a plan contains, with the credentials of this process. Returns
    /// `None` if it is for another store, region, endpoint or style.
    pub(crate) fn decode(&self, name: &str, settings: &Settings) -> Option<ScalarUDF> {
        let kind = self.kinds().find(|kind| kind.name == name)?;
        let matches = settings.region == self.settings.region
            && settings.endpoint == self.settings.endpoint
            && settings.addressing_style() == self.style;
        matches.then(|| self.udf(kind, settings.clone()))
    }

    /// Returns whether both would sign the same calls of a plan.
    pub(crate) fn overlaps(&self, other: &Functions) -> bool {
        self.store == other.store
            && self.settings.region == other.settings.region
            && self.settings.endpoint == other.settings.endpoint
            && self.style == other.style
    }

    fn kinds(&self) -> impl Iterator<Item = &'static Kind> {
        KINDS.iter().filter(|kind| kind.store == self.store)
    }

    fn udf(&self, kind: &'static Kind, settings: Settings) -> ScalarUDF {
        LinkFunction::new(kind, settings, Arc::clone(&self.credentials)).into()
    }
}

/// Shows the settings, and nothing of the credentials.
impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Functions")
            .field("store", &self.store)
            .field("settings", &self.settings)
            .field("style", &self.style)
            .finish_non_exhaustive()
    }
}
