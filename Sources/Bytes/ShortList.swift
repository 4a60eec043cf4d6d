// A list whose first few elements live in place: what a usual command holds costs no allocation.
// Inlinable, so that other modules get it specialised for what they put in; public, since Swift 6.3
// does that for nothing that is a package's own.

/// A list that allocates only past its sixth element.
public struct ShortList<Element> {
    @usableFromInline var inline: InlineArray<6, Element?>
    @usableFromInline var overflow: [Element]
    @usableFromInline var storedCount: Int
    @inlinable public var count: Int { storedCount }

    // Values at the declarations would be set by calls that are not inlined.
    @inlinable public init() {
        inline = InlineArray(repeating: nil)
        overflow = []
        storedCount = 0
    }

    @inlinable public init(_ elements: some Sequence<Element>) {
        self.init()
        for element in elements { append(element) }
    }

    @inlinable public var isEmpty: Bool { count == 0 }
    @inlinable public var indices: Range<Int> { 0..<count }

    @inlinable public mutating func append(_ element: Element) {
        if storedCount < 6 { inline[storedCount] = element } else { overflow.append(element) }
        storedCount += 1
    }

    @inlinable public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "an index within the list")
        if index < 6, let element = inline[index] { return element }
        return overflow[index - 6]
    }

    package var array: [Element] { indices.map { self[$0] } }

    @inlinable public func contains(where matches: (Element) -> Bool) -> Bool {
        for index in indices where matches(self[index]) { return true }
        return false
    }
}

extension ShortList: Sendable where Element: Sendable {}

extension ShortList: Equatable where Element: Equatable {
    public static func == (left: ShortList, right: ShortList) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

extension ShortList: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Element...) { self.init(elements) }
}
