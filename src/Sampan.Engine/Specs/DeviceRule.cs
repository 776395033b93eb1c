using System.Globalization;

using Sampan.Oci;

namespace Sampan.Engine;

/// <summary><c>--device-cgroup-rule</c>: <c>c 42:* rmw</c>, as the kernel's devices.allow has it.</summary>
/// <remarks><see href="https://docs.kernel.org/admin-guide/cgroup-v1/devices.html">Documentation/admin-guide/cgroup-v1/devices.rst</see>.</remarks>
public static class DeviceRule
{
    /// <exception cref="SampanException">Not a rule.</exception>
    public static LinuxDeviceCgroup Parse(string text)
    {
        string[] parts = text.Split(' ');
        string[] numbers = parts.Length == 3 ? parts[1].Split(':') : [];
        if (parts.Length != 3 || parts[0] is not ("a" or "b" or "c") || numbers.Length != 2 || !Number(numbers[0], out long? major) || !Number(numbers[1], out long? minor)
            || parts[2].Length is 0 or > 3 || parts[2].AsSpan().ContainsAnyExcept("rwm"))
            throw new SampanException(ErrorKind.InvalidArgument, $"invalid device cgroup format '{text}': want a type, numbers and rights such as 'c 42:* rwm'");
        return new LinuxDeviceCgroup { Allow = true, Type = parts[0], Major = major, Minor = minor, Access = parts[2] };
    }

    /// <summary>null: all.</summary>
    private static bool Number(string text, out long? number)
    {
        number = null;
        if (text == "*")
            return true;
        bool valid = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint value);
        number = value;
        return valid;
    }
}
