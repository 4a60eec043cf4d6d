// A list whose first few elements live in place: what a usual command holds costs no allocation.
// Inlinable, so that other modules get it specialised for what they put in; public, since Swift 6.3
// does that for nothing that is a package's own.

/// A list that allocates only past its sixth element.
public struct ShortList<Element> {
    @usableFromInline var inline: InlineArray<6, Element?>
    @usableFromInline var overflow: [Element]
    @usableFromInline var storedCount: Int
    /// How many elements there are.
    @inlinable public var count: Int { storedCount }

    // Values at the declarations would be set by calls that are not inlined.
    /// Makes an empty list.
    @inlinable public init() {
        inline = InlineArray(repeating: nil)
        overflow = []
        storedCount = 0
    }

    /// Makes a list of `elements`, in their order.
    @inlinable public init(_ elements: some Sequence<Element>) {
        self.init()
        for element in elements { append(element) }
    }

    /// Whether there is no element.
    @inlinable public var isEmpty: Bool { count == 0 }
    /// The places of all elements.
    @inlinable public var indices: Range<Int> { 0..<count }

    /// Puts an element at the end.
    @inlinable public mutating func append(_ element: Element) {
        if storedCount < 6 { inline[storedCount] = element } else { overflow.append(element) }
        storedCount += 1
    }

    /// The element at a place in `indices`.
    @inlinable public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "an index within the list")
        if index < 6, let element = inline[index] { return element }
        return overflow[index - 6]
    }

    package var array: [Element] { indices.map { self[$0] } }

    /// Whether an element is one that `matches`.
    @inlinable public func contains(where matches: (Element) -> Bool) -> Bool {
        for index in indices where matches(self[index]) { return true }
        return false
    }
}

extension ShortList: Sendable where Element: Sendable {}

extension ShortList: Equatable where Element: Equatable {
    /// Whether both hold equal elements in the same order.
    public static func == (left: ShortList, right: ShortList) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

extension ShortList: ExpressibleByArrayLiteral {
    /// Makes a list of the elements written out.
    public init(arrayLiteral elements: Element...) { self.init(elements) }
}
