using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>
/// Moves network devices of the runtime's namespace into the container's, with their permanent global addresses, and sets them up.
/// Source: runtime-spec 1.3, config-linux.md, "Network Devices". What becomes of them at the end is the kernel's affair.
/// </summary>
internal static class NetworkDevices
{
    private const string Own = "/proc/thread-self/ns/net";

    /// <param name="pid">A process that is in the container's network namespace.</param>
    /// <exception cref="SampanException">A device that cannot be moved; the message names its field. What could be foreseen is before any has been moved.</exception>
    public static void Move(Dictionary<string, LinuxNetDevice> devices, int pid)
    {
        using var inside = Open.File($"/proc/{pid}/ns/net", OpenFlags.O_RDONLY);
        using var outside = Open.File(Own, OpenFlags.O_RDONLY);
        if (Same(inside, outside))
            throw new SampanException(ErrorKind.InvalidArgument, "linux.netDevices: the container's network namespace is the one they are in");
        using var here = new NetlinkSocket();
        using var there = SocketIn(inside, outside);
        var links = Find(devices, here, there);
        // Before they go: with the link, the kernel takes its addresses.
        var addresses = here.ListAddresses();
        var moved = new List<(Link Before, Link Inside)>();
        foreach (var (name, device) in devices)
        {
            try
            {
                var link = Move(links[name], NameInside(name, device), here, there, inside);
                moved.Add((links[name], link));
                foreach (var address in addresses)
                {
                    if (Keeps(links[name], address) && address.Scope == InterfaceAddress.RT_SCOPE_UNIVERSE)
                        there.AddAddress(link, address);
                }
                there.SetLinkUp(link);
            }
            catch (SampanException e)
            {
                foreach (var (before, link) in moved)
                    Return(before, link, addresses, here, there, outside);
                throw new SampanException(e.Kind, $"linux.netDevices.{name}: {e.Message}", e);
            }
        }
    }

    private static bool Keeps(Link link, InterfaceAddress address) => address.LinkIndex == link.Index && address.Flags.HasFlag(AddressFlags.IFA_F_PERMANENT);

    // What one device is refused for must not cost the others: with the namespace, the kernel destroys what is no hardware.
    private static void Return(Link before, Link inside, List<InterfaceAddress> addresses, NetlinkSocket here, NetlinkSocket there, FileFd outside)
    {
        try
        {
            var back = Move(inside, before.Name, there, here, outside);
            if ((before.Flags & Link.IFF_UP) != 0)
                here.SetLinkUp(back);
            foreach (var address in addresses)
            {
                // A link-local address of IPv6 the kernel has made again.
                if (Keeps(before, address) && (address.Scope == InterfaceAddress.RT_SCOPE_UNIVERSE || address.Address.Length == 4))
                    here.AddAddress(back, address);
            }
        }
        catch (SampanException e)
        {
            Sys.WriteAll(2, System.Text.Encoding.UTF8.GetBytes($"sampan-runtime: warning: linux.netDevices: {before.Name} is not as it was: {SampanException.OneLine(e.Message)}\n"));
        }
    }

    private static string NameInside(string name, LinuxNetDevice device) => device.Name is { Length: > 0 } other ? other : name;

    private static Dictionary<string, Link> Find(Dictionary<string, LinuxNetDevice> devices, NetlinkSocket here, NetlinkSocket there)
    {
        var found = new Dictionary<string, Link>(StringComparer.Ordinal);
        var taken = there.ListLinks();
        foreach (var (name, device) in devices)
        {
            try
            {
                found.Add(name, here.GetLink(name));
            }
            catch (NetlinkException e) when (e.Errno == Errno.ENODEV)
            {
                throw new SampanException(ErrorKind.NotFound, $"linux.netDevices.{name}: no such network device", e);
            }
            string inside = NameInside(name, device);
            if (taken.Exists(link => link.Name == inside))
                throw new SampanException(ErrorKind.AlreadyExists, $"linux.netDevices.{name}: the container's network namespace has a {inside} already");
        }
        return found;
    }

    private static Link Move(Link link, string name, NetlinkSocket from, NetlinkSocket to, FileFd there)
    {
        var before = to.ListLinks();
        from.MoveLink(link, there, name);
        return Arrived(before, to.ListLinks(), link, name);
    }

    // It keeps its number where that is free. Of a pattern the kernel alone knows what it made.
    private static Link Arrived(List<Link> before, List<Link> after, Link link, string name)
    {
        var arrived = after.FindAll(one => !before.Exists(other => other.Index == one.Index));
        return (name.Contains('%') ? null : arrived.Find(one => one.Name == name))
            ?? arrived.Find(one => one.Index == link.Index)
            ?? (arrived.Count == 1 ? arrived[0] : throw new SampanException(ErrorKind.Conflict, $"moved, but not to be found among {arrived.Count} new devices of the other network namespace"));
    }

    private static bool Same(FileFd one, FileFd other)
    {
        LinuxException.Check(Sys.Statx(one.Number, "", out var first, At.AT_EMPTY_PATH), "statx", "of a network namespace");
        LinuxException.Check(Sys.Statx(other.Number, "", out var second, At.AT_EMPTY_PATH), "statx", "of a network namespace");
        return first.stx_ino == second.stx_ino && first.stx_dev_major == second.stx_dev_major && first.stx_dev_minor == second.stx_dev_minor;
    }

    // A socket stays where it was made: only for that moment this thread is in the container's namespace.
    private static NetlinkSocket SocketIn(FileFd inside, FileFd outside)
    {
        Enter(inside);
        try
        {
            return new NetlinkSocket();
        }
        finally
        {
            Enter(outside);
        }
    }

    private static void Enter(FileFd networkNamespace)
        => LinuxException.Check(Sys.Call(SyscallNumber.setns, networkNamespace.Number, (nint)CloneFlags.CLONE_NEWNET), "setns", "net");
}
