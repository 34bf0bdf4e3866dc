//! Enums whose values have names.

/// Defines an enum, the name of each variant, and the method that returns it.
macro_rules! named_enum {
    (
        $(#[$type_attribute:meta])*
        $visibility:vis enum $type:ident {
            $($(#[$attribute:meta])* $variant:ident = $name:literal,)*
        }

        $(#[$doc:meta])*
        fn as_str;
    ) => {
        $(#[$type_attribute])*
        $visibility enum $type {
            $($(#[$attribute])* $variant,)*
        }

        impl $type {
            $(#[$doc])*
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)*
                }
            }
        }
    };
}

pub(crate) use named_enum;
