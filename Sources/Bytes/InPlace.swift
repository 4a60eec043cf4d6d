// A word to the compiler about big structures.

/// A member that keeps a big structure where it is.
///
/// To read one member the compiler may load the structure whole, all 1.5 KB of a relay at each look
/// at it. It does not where a member's layout is opaque, as an existential's is: such a structure
/// is only ever looked at in its place.
package struct InPlace: Sendable {
    private let opaque: any Sendable = ()

    package init() {}
}
