namespace Sampan.Linux.Tests.Netlink;

/// <summary>Answers of the kernel, as bytes, and from the kernel itself.</summary>
public sealed class AnswerTests
{
    private const string Request = "20000000" + "1000" + "0500" + "09000000" + "00000000";

    // NLMSGERR_ATTR_MSG "no way".
    private const string Words = "0B00" + "0100" + "6E6F2077617900" + "00";

    private static (Errno, string) Error(string type, string flags, string body)
    {
        byte[] datagram = Convert.FromHexString(BitConverter.ToString(BitConverter.GetBytes(16 + body.Length / 2)).Replace("-", "") + type + flags + "09000000" + "00000000" + body);
        var messages = new NetlinkMessages(datagram);
        Assert.True(messages.Next());
        var result = (messages.Error, messages.Explanation);
        Assert.False(messages.Next());
        return result;
    }

    [Fact]
    public void An_acknowledgement_is_no_error() => Assert.Equal((Errno.None, ""), Error("0200", "0001", "00000000" + Request));

    [Fact]
    public void An_error_with_the_head_of_the_request_and_words() => Assert.Equal((Errno.EINVAL, "no way"), Error("0200", "0003", "EAFFFFFF" + Request + Words));

    [Fact]
    public void An_error_with_the_whole_request_and_words()
        => Assert.Equal((Errno.EINVAL, "no way"), Error("0200", "0002", "EAFFFFFF" + Request + "00000000070000000100000001000000" + Words));

    [Fact]
    public void The_end_of_a_list_can_be_an_error() => Assert.Equal((Errno.EPERM, "no way"), Error("0300", "0202", "FFFFFFFF" + Words));

    [Theory]
    [InlineData("")]
    [InlineData("EAFF")]
    [InlineData("EAFFFFFF" + Request)]
    [InlineData("EAFFFFFFFFFFFFFF")]
    public void What_is_cut_short_has_no_words(string body) => Assert.Equal("", Error("0200", "0002", body).Item2);

    [Fact]
    public void Bytes_of_any_kind_end_somewhere()
    {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            if (bytes.Length > 4)
                (bytes[0], bytes[1], bytes[2], bytes[3]) = ((byte)random.Next(80), 0, 0, 0);
            var messages = new NetlinkMessages(bytes);
            int count = 0;
            while (messages.Next())
            {
                _ = messages.Explanation;
                Link.Parse(messages.Body);
                InterfaceAddress.Parse(messages.Body);
                Assert.True(++count < 80);
            }
        }
    }

    [Fact]
    public void Several_messages_in_one_datagram_each_begin_at_a_multiple_of_four()
    {
        var messages = new NetlinkMessages(Convert.FromHexString("11000000" + "1000" + "0200" + "09000000" + "00000000" + "AA" + "000000" + "10000000" + "0300" + "0200" + "09000000" + "00000000"));
        Assert.True(messages.Next());
        Assert.Equal("AA", Convert.ToHexString(messages.Body));
        Assert.True(messages.Next());
        Assert.Equal(NetlinkType.NLMSG_DONE, messages.Type);
        Assert.False(messages.Next());
    }

    [Fact]
    public void The_kernel_tells_the_loopback_device_and_its_address()
    {
        using var socket = new NetlinkSocket();
        Link lo = socket.GetLink("lo");
        Assert.Equal("lo", lo.Name);
        Assert.Contains(lo, socket.ListLinks());
        if ((lo.Flags & Link.IFF_UP) != 0)
            Assert.Contains(socket.ListAddresses(), a => a.LinkIndex == lo.Index && a.ToString() == "127.0.0.1/8" && a.Flags.HasFlag(AddressFlags.IFA_F_PERMANENT));
    }

    [Fact]
    public void A_device_that_is_not_there()
    {
        using var socket = new NetlinkSocket();
        var failure = Assert.Throws<NetlinkException>(() => socket.GetLink("sampan-none"));
        Assert.Equal(Errno.ENODEV, failure.Errno);
        Assert.Equal("find network device sampan-none: no such device", failure.Message);
        // The socket goes on.
        Assert.Equal("lo", socket.GetLink("lo").Name);
    }

    [Theory]
    [InlineData("eth0", true)]
    [InlineData("a23456789012345", true)]
    [InlineData("a234567890123456", false)]
    [InlineData("ääääääää", false)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", true)]
    [InlineData("a/b", false)]
    [InlineData("a:b", false)]
    [InlineData("a\tb", false)]
    [InlineData("a\0b", false)]
    public void Names(string name, bool valid) => Assert.Equal(valid, Link.IsValidName(name));
}
