// The items of a FETCH in little room: a byte for each, but for those that say more.

/// Things to fetch, each once, in the client's order.
///
/// A command goes through many hands: as a plain list of items this would be five times as big.
package struct FetchItems: Sendable, ExpressibleByArrayLiteral {
    /// Items of one FETCH: more than there are attributes, and sections enough for any client.
    package static let countMax = 64

    /// From this code on it is a place in `others`.
    private static let firstOther: UInt8 = 0x80

    private var codes = InlineArray<22, UInt8>(repeating: 0)
    private var codeCount = 0
    /// Items that have no code of their own, and all for which `codes` has no place left.
    private var others: [FetchItem] = []
    package private(set) var count = 0

    package init(arrayLiteral items: FetchItem...) { for item in items { insert(item) } }

    package var indices: Range<Int> { 0..<count }

    /// The item at a place in `indices`.
    package subscript(index: Int) -> FetchItem {
        guard index < codeCount else { return others[others.count - (count - index)] }
        let code = codes[index]
        return FetchItem(code: code) ?? others[Int(code - Self.firstOther)]
    }

    /// Puts an item at the end, unless it is there.
    package mutating func insert(_ item: FetchItem) {
        let code = item.code
        if let code {
            for index in 0..<codeCount where codes[index] == code { return }
        }
        if !others.isEmpty && others.contains(item) { return }
        if codeCount < codes.count {
            codes[codeCount] = code ?? Self.firstOther + UInt8(others.count)
            codeCount += 1
            if code == nil { others.append(item) }
        } else {
            others.append(item)
        }
        count += 1
    }

    package func contains(where matches: (FetchItem) -> Bool) -> Bool {
        for index in indices where matches(self[index]) { return true }
        return false
    }
}

extension FetchItems: Equatable {
    package static func == (left: FetchItems, right: FetchItems) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

extension FetchItem {
    private static let lazyCode: UInt8 = 0x40
    private static let bodyCode: UInt8 = 0x41
    private static let bodyPeekCode: UInt8 = 0x42

    /// The byte that the item is kept as; nil for parts of messages, which say more.
    fileprivate var code: UInt8? {
        switch self {
        case .attribute(let attribute): attribute.rawValue
        case .lazyPreview: Self.lazyCode
        case .section(let section, nil, let isPeek) where section.isEmpty:
            isPeek ? Self.bodyPeekCode : Self.bodyCode
        case .section, .binary, .binarySize: nil
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case Self.lazyCode: self = .lazyPreview
        case Self.bodyCode: self = .section([], partial: nil, isPeek: false)
        case Self.bodyPeekCode: self = .section([], partial: nil, isPeek: true)
        default:
            guard let attribute = FetchAttribute(rawValue: code) else { return nil }
            self = .attribute(attribute)
        }
    }
}
