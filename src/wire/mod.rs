//! A request's parts in the form in which they are sent and signed: URL, headers, query.

pub(crate) mod added_headers;
pub(crate) mod bucket_host;
pub(crate) mod header;
pub(crate) mod header_list;
pub(crate) mod inline_list;
pub(crate) mod method;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod request_parts;
pub(crate) mod url;
