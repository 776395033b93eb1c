using System.Globalization;

namespace Sampan.Runtime;

/// <summary><c>criu_version</c> of CRIU's images/rpc.proto.</summary>
internal readonly record struct CriuVersion(int Major, int Minor, int Sublevel = 0) : IComparable<CriuVersion>
{
    public static CriuVersion Parse(ReadOnlySpan<byte> message)
    {
        int major = 0, minor = 0, sublevel = 0;
        bool unreleased = false;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    major = (int)reader.Number;
                    break;
                case 2:
                    minor = (int)reader.Number;
                    break;
                case 3: // gitid: built from a commit after that release, with what the next one will have
                    unreleased = reader.Bytes.Length > 0;
                    break;
                case 4:
                    sublevel = (int)reader.Number;
                    break;
            }
        }
        return unreleased ? new(major, minor + 1) : new(major, minor, sublevel);
    }

    public int CompareTo(CriuVersion other) => (Major, Minor, Sublevel).CompareTo((other.Major, other.Minor, other.Sublevel));

    public bool AtLeast(int major, int minor) => CompareTo(new(major, minor)) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}{(Sublevel == 0 ? "" : $".{Sublevel}")}");
}
