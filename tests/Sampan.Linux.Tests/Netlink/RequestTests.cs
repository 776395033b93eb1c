using System.Net;

namespace Sampan.Linux.Tests.Netlink;

/// <summary>Requests of rtnetlink(7), written out by hand from linux/netlink.h, linux/rtnetlink.h, linux/if_link.h and linux/if_addr.h.</summary>
public sealed class RequestTests
{
    private static string Hex(NetlinkRequest request) => Convert.ToHexString(request.Finish(9));

    [Fact]
    public void A_link_by_its_name()
        => Assert.Equal("29000000" + "1200" + "0500" + "09000000" + "00000000" + "00000000000000000000000000000000" + "0900" + "0300" + "6574683000", Hex(LinkRequests.Get("eth0")));

    [Fact]
    public void A_move_has_the_new_name_padded_to_four_and_the_descriptor()
        => Assert.Equal("34000000" + "1000" + "0500" + "09000000" + "00000000" + "00000000" + "07000000" + "0000000000000000" + "0900" + "0300" + "6574683000" + "000000" + "0800" + "1C00" + "05000000",
            Hex(LinkRequests.Move(7, 5, "eth0")));

    [Fact]
    public void Up_changes_that_flag_alone()
        => Assert.Equal("20000000" + "1000" + "0500" + "09000000" + "00000000" + "00000000" + "07000000" + "01000000" + "01000000", Hex(LinkRequests.SetUp(7)));

    [Fact]
    public void An_address_of_IPv4_with_what_belongs_to_it()
    {
        var address = new InterfaceAddress(3, 2, 24, 0, AddressFlags.IFA_F_PERMANENT | AddressFlags.IFA_F_NOPREFIXROUTE, [10, 0, 0, 2], [10, 0, 0, 1], [10, 0, 0, 255], 5);
        Assert.Equal("40000000" + "1400" + "0506" + "09000000" + "00000000" + "02180000" + "07000000"
            + "0800" + "0100" + "0A000002" + "0800" + "0200" + "0A000001" + "0800" + "0400" + "0A0000FF" + "0800" + "0800" + "00020000" + "0800" + "0900" + "05000000",
            Hex(AddressRequests.Add(7, address)));
    }

    [Fact]
    public void An_address_of_IPv6_without_how_it_fares()
    {
        byte[] bytes = IPAddress.Parse("2001:db8::1").GetAddressBytes();
        var address = new InterfaceAddress(3, 10, 64, 0, AddressFlags.IFA_F_PERMANENT | AddressFlags.IFA_F_TENTATIVE, bytes, [], [], 0);
        Assert.Equal("2C000000" + "1400" + "0506" + "09000000" + "00000000" + "0A400000" + "07000000" + "1400" + "0100" + Convert.ToHexString(bytes), Hex(AddressRequests.Add(7, address)));
        Assert.Equal("2001:db8::1/64", address.ToString());
    }

    [Fact]
    public void A_request_grows()
    {
        var request = new NetlinkRequest(NetlinkType.RTM_GETLINK).Add(new ifinfomsg());
        for (int i = 0; i < 100; i++)
            request.Add(1, (uint)i);
        Assert.Equal(32 + 800, request.Finish(1).Length);
    }
}
