//! No signer: what every program has.
fn main() {
    println!("{:?}", std::env::args().nth(1));
}
