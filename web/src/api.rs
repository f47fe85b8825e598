//! The only way to reach the server's endpoints.
//!
//! On the server a page calls through [`Visit::call`](crate::visit::Visit::call), which runs the handler in this
//! process. In the browser an island calls `call`, which fetches.

#[cfg(feature = "ssr")]
mod door {
    use std::{
        any::{Any, TypeId},
        rc::Rc,
    };

    use doorstep_shared::{Endpoint, Problem, ProblemKind};
    use futures::future::LocalBoxFuture;

    /// A call on its way to a handler in the same process.
    pub struct Call {
        /// Of the request's type: which endpoint is meant.
        pub endpoint: TypeId,
        /// The request.
        pub request: Box<dyn Any>,
        /// `Idempotency-Key`, for calls that change something.
        pub key: Option<String>,
    }

    /// Runs a [`Call`]. Answers with a boxed `Result<E::Response, Problem>`, or nothing when nobody serves that type.
    #[derive(Clone)]
    pub struct Door(pub Rc<dyn Fn(Call) -> LocalBoxFuture<'static, Option<Box<dyn Any>>>>);

    impl Door {
        /// # Errors
        /// What the handler refuses, and `internal` when no handler is registered for the request.
        pub async fn call<E: Endpoint>(&self, request: E, key: Option<String>) -> Result<E::Response, Problem> {
            let call = Call { endpoint: TypeId::of::<E>(), request: Box::new(request), key };
            let answer = (self.0)(call).await;
            match answer.and_then(|answer| answer.downcast::<Result<E::Response, Problem>>().ok()) {
                Some(answer) => *answer,
                None => Err(Problem::new(ProblemKind::Internal).detail(format!("{} is not served", E::PATH))),
            }
        }
    }
}
#[cfg(feature = "ssr")]
pub use door::{Call, Door};

#[cfg(all(feature = "browser", target_arch = "wasm32"))]
mod fetch;
#[cfg(all(feature = "browser", target_arch = "wasm32"))]
pub use fetch::{call, page};

/// Why an island got no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// The server said no.
    Refused(Box<doorstep_shared::Problem>),
    /// The network is down, or something between us and the server answered in its place.
    Offline,
}
