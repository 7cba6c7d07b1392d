// SPDX-License-Identifier: Apache-2.0

/// A value that is written as `null` where it is nil. Without this, `Codable` leaves its key out. Reading takes an
/// absent key for nil, too.
///
///     struct Metrics: Encodable { @OrNull var gap: Double? }
@propertyWrapper
public struct OrNull<Value> {
    /// The value, or nil.
    public var wrappedValue: Value?

    /// A value, or nil.
    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
}

extension OrNull: Sendable where Value: Sendable {}
extension OrNull: Equatable where Value: Equatable {}

extension OrNull: Encodable where Value: Encodable {
    /// Writes the value or `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

extension OrNull: Decodable where Value: Decodable {
    /// Reads a value or `null`.
    public init(from decoder: any Decoder) throws {
        self.init(wrappedValue: try decoder.singleValueContainer().decode(Value?.self))
    }
}

extension KeyedDecodingContainer {
    /// Reads a value, `null`, or nothing. Synthesised code calls this for a property marked ``OrNull``.
    public func decode<Value: Decodable>(_ type: OrNull<Value>.Type, forKey key: Key) throws -> OrNull<Value> {
        OrNull(wrappedValue: try decodeIfPresent(Value.self, forKey: key))
    }
}
