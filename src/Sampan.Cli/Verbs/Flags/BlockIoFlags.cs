using System.Globalization;

using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>A container's part of what block devices can do.</summary>
internal sealed class BlockIoFlags(FlagSet flags)
{
    private readonly ValuesFlag<WeightDevice> _weights = flags.List("blkio-weight-device", '\0', "Block IO weight (relative device weight)", Weight);
    private readonly ValuesFlag<ThrottleDevice> _readBps = flags.List("device-read-bps", '\0', "Limit read rate (bytes per second) from a device", BytesPerSecond);
    private readonly ValuesFlag<ThrottleDevice> _writeBps = flags.List("device-write-bps", '\0', "Limit write rate (bytes per second) to a device", BytesPerSecond);
    private readonly ValuesFlag<ThrottleDevice> _readIops = flags.List("device-read-iops", '\0', "Limit read rate (IO per second) from a device", OperationsPerSecond);
    private readonly ValuesFlag<ThrottleDevice> _writeIops = flags.List("device-write-iops", '\0', "Limit write rate (IO per second) to a device", OperationsPerSecond);

    public void Apply(HostConfig host)
    {
        host.BlkioWeightDevice = _weights.Values;
        host.BlkioDeviceReadBps = _readBps.Values;
        host.BlkioDeviceWriteBps = _writeBps.Values;
        host.BlkioDeviceReadIOps = _readIops.Values;
        host.BlkioDeviceWriteIOps = _writeIops.Values;
    }

    /// <summary><c>device:weight</c>.</summary>
    private static WeightDevice Weight(string text)
    {
        var (path, value) = Split(text);
        if (!uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint weight) || weight is > 1000 or (> 0 and < 10))
            throw new FormatException($"invalid weight for device: {text}");
        return new WeightDevice { Path = path, Weight = weight };
    }

    private static ThrottleDevice BytesPerSecond(string text)
    {
        var (path, value) = Split(text);
        return Rate(value, Values.Bytes) is { } rate
            ? new ThrottleDevice { Path = path, Rate = rate }
            : throw new FormatException($"invalid rate for device: {text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb");
    }

    private static ThrottleDevice OperationsPerSecond(string text)
    {
        var (path, value) = Split(text);
        return Rate(value, Values.Whole) is { } rate
            ? new ThrottleDevice { Path = path, Rate = rate }
            : throw new FormatException($"invalid rate for device: {text}. The correct format is <device-path>:<number>. Number must be a positive integer");
    }

    private static ulong? Rate(string text, Func<string, long> read)
    {
        try
        {
            return read(text) is >= 0 and { } rate ? (ulong)rate : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static (string Path, string Value) Split(string text)
    {
        int colon = text.IndexOf(':');
        if (colon <= 0)
            throw new FormatException($"bad format: {text}");
        return text.StartsWith("/dev/", StringComparison.Ordinal) ? (text[..colon], text[(colon + 1)..]) : throw new FormatException($"bad format for device path: {text}");
    }
}
