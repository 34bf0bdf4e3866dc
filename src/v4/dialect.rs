//! The names in which the dialects of Signature Version 4 differ. A dialect is data: no other room asks
//! which one it is.

/// One family of names.
#[derive(Clone, Copy)]
pub(crate) struct Dialect {
    /// First line of the string to sign, and first word of the `Authorization` header.
    pub(crate) algorithm: &'static str,
    /// What the secret is prefixed with before the first step of the key derivation.
    pub(crate) key_prefix: &'static str,
    /// Last part of the credential scope.
    pub(crate) terminator: &'static str,
    pub(crate) headers: Headers,
    pub(crate) parameters: Parameters,
    /// The same names as they stand in a query before a value: `&X-Amz-Date=`, and `X-Amz-Algorithm=`, the first.
    pub(crate) beginnings: Parameters,
    pub(crate) form: FormFields,
    /// The same family with the token that nearly every service takes.
    pub(crate) usual: &'static Dialect,
    /// The same family with the token of a session of S3 Express; where there is none, `usual`.
    pub(crate) session: &'static Dialect,
}

/// Names of headers, in lower case.
#[derive(Clone, Copy)]
pub(crate) struct Headers {
    pub(crate) date: &'static str,
    pub(crate) content_sha256: &'static str,
    pub(crate) security_token: &'static str,
    /// The token's name outside this signature.
    pub(crate) other_token: &'static str,
}

/// Names of query parameters. The fields stand in the order of the alphabet, which is the canonical one;
/// the signature is not part of it.
#[derive(Clone, Copy)]
pub(crate) struct Parameters {
    pub(crate) algorithm: &'static str,
    pub(crate) credential: &'static str,
    pub(crate) date: &'static str,
    pub(crate) expires: &'static str,
    pub(crate) security_token: &'static str,
    pub(crate) signed_headers: &'static str,
    pub(crate) signature: &'static str,
    /// The token of the other kind of credentials, which has no place beside this signature.
    pub(crate) other_token: &'static str,
}

/// Names of a POST form's fields; its date and its token are named as the headers are.
#[derive(Clone, Copy)]
pub(crate) struct FormFields {
    pub(crate) algorithm: &'static str,
    pub(crate) credential: &'static str,
    pub(crate) signature: &'static str,
}

/// AWS, and everything that speaks like it.
pub(crate) static AWS4: Dialect = aws(HEADERS, PARAMETERS);

/// The sessions of [S3 Express One
/// Zone](https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-create-session.html): their token has a name of its own.
pub(crate) static S3_EXPRESS: Dialect = aws(
    HEADERS.with_other_token(),
    (
        PARAMETERS.0.with_other_token(),
        PARAMETERS.1.with_other_token(),
    ),
);

/// Names of parameters, and their beginnings.
macro_rules! parameters {
    ($first:ident: $first_name:literal, $($field:ident: $name:literal,)*) => {
        (
            Parameters { $first: $first_name, $($field: $name,)* },
            Parameters { $first: concat!($first_name, "="), $($field: concat!("&", $name, "="),)* },
        )
    };
}

const PARAMETERS: (Parameters, Parameters) = parameters! {
    algorithm: "X-Amz-Algorithm",
    credential: "X-Amz-Credential",
    date: "X-Amz-Date",
    expires: "X-Amz-Expires",
    security_token: "X-Amz-Security-Token",
    signed_headers: "X-Amz-SignedHeaders",
    signature: "X-Amz-Signature",
    other_token: "X-Amz-S3session-Token",
};

const HEADERS: Headers = Headers {
    date: "x-amz-date",
    content_sha256: "x-amz-content-sha256",
    security_token: "x-amz-security-token",
    other_token: "x-amz-s3session-token",
};

const fn aws(headers: Headers, (parameters, beginnings): (Parameters, Parameters)) -> Dialect {
    Dialect {
        algorithm: "AWS4-HMAC-SHA256",
        key_prefix: "AWS4",
        terminator: "aws4_request",
        headers,
        parameters,
        beginnings,
        form: FormFields {
            algorithm: "x-amz-algorithm",
            credential: "x-amz-credential",
            signature: "x-amz-signature",
        },
        usual: &AWS4,
        session: &S3_EXPRESS,
    }
}

impl Headers {
    /// With the two tokens' names exchanged.
    const fn with_other_token(self) -> Self {
        Headers {
            security_token: self.other_token,
            other_token: self.security_token,
            ..self
        }
    }
}

impl Parameters {
    /// With the two tokens' names exchanged.
    const fn with_other_token(self) -> Self {
        Parameters {
            security_token: self.other_token,
            other_token: self.security_token,
            ..self
        }
    }

    /// The parameters that carry a signature: a request that has one of them is signed already.
    pub(crate) const fn names(&self) -> [&'static str; 8] {
        [
            self.algorithm,
            self.credential,
            self.date,
            self.expires,
            self.security_token,
            self.signed_headers,
            self.signature,
            self.other_token,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::{AWS4, S3_EXPRESS};
    use crate::marks;

    #[test]
    fn the_marks_that_sigv2_refuses_are_those_of_the_dialects() {
        for dialect in [&AWS4, &S3_EXPRESS] {
            let names = &dialect.parameters;
            assert_eq!(
                marks::V4,
                [names.algorithm, names.credential, names.signature]
            );
        }
    }
}
