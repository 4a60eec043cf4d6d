// A word to the compiler about big structures.

/// A member that keeps a big structure where it is.
///
/// To read one member the compiler may load the structure whole, all 1.5 KB of a relay at each look
/// at it, and what an initializer or a function returns it may copy, with all references in it. It
/// does neither where a member's layout is opaque, as an existential's is.
package struct InPlace: Equatable, Sendable {
    private let opaque: any Sendable = ()

    package init() {}

    package static func == (left: InPlace, right: InPlace) -> Bool { true }
}
