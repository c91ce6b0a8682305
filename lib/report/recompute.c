/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/recompute.h"

#include <assert.h>
#include <string.h>

#include "report/quote.h"

/* Columns of the command: what a mail or a ticket leaves unbroken. */
#define COMMAND_COLUMNS 76

#define NS_PER_US 1000
#define NS_PER_S INT64_C(1000000000)

/* The believable rate where none was given: 10 Gbit/s (zeek.h). */
#define LINK_BITS_PER_S UINT64_C(10000000000)

/* H: the entity's addresses; P: the listed peers. */
static const char awk_lists[] =
    "function l(T,s,n,i,a){n=split(s,a,\" \");for(i=1;i<=n;i++)T[a[i]]=1}\n";

/*
 * f(B,x,d) = floor(B * x / d) by long division in base 128: with B < 2^53
 * and d <= 366 days in microseconds < 2^45, every intermediate value stays
 * below 2^53, where doubles are exact.
 * b(w): bytes that one side sent; e(w): payload beyond them.
 * q(B): the share of B within [A,Z).
 */
static const char awk_zeek_functions[] =
    "function f(B,x,d,g,r,k,m){if(x<=0)return 0;if(x>=d)return B\n"
    " for(m=562949953421312;m>=1;m/=128){k=int(B/m);B-=k*m;r=r*128+k*x\n"
    "  k=int(r/d);if(k*d>r)k--;g=g*128+k;r-=k*d}\n"
    " return g}\n"
    "function b(w,x,y){x=v(w\"_ip_bytes\")+0;y=v(w\"_bytes\")+0\n"
    " return x>0?x:y}\n"
    "function e(w,x,y){x=v(w\"_ip_bytes\")+0;y=v(w\"_bytes\")+0\n"
    " return x>0&&y>x?y-x:0}\n"
    "function q(B){return d>0?f(B,Z-s,d)-f(B,A-s,d):(s>=A&&s<Z?B:0)}\n";

/* v(n): the field n of a TSV row, by #fields. */
static const char awk_value_tsv[] =
    "function v(n){return (n in c)?$c[n]:\"-\"}\n"
    "function t(x){return int(x*1e6+.5)}\n";

/* The same for JSON rows too, which Zeek writes flat; t() also reads
 * milliseconds and ISO 8601 (days from civil). */
static const char awk_value_json[] =
    "function v(n,x){if(substr($0,1,1)!=\"{\")return (n in c)?$c[n]:\"-\"\n"
    " if(!match($0,\"\\\"\" n \"\\\" *: *(\\\\[[^]]*|\\\"[^\\\"]*|[^,}]*)\"))"
    "return \"-\"\n"
    " x=substr($0,RSTART,RLENGTH);sub(/^\"[^\"]*\" *: */,\"\",x)\n"
    " gsub(/[]\\[\"]/,\"\",x);return x}\n"
    "function t(x,y,m){if(x~/T/){y=substr(x,1,4)+0;m=(substr(x,6,2)+9)%12\n"
    " if(m>9)y--;y=365*y+int(y/4)-int(y/100)+int(y/400)+int((153*m+2)/5)\n"
    " x=(y+substr(x,9,2)-719469)*86400+substr(x,12,2)*3600+\\\n"
    "  substr(x,15,2)*60+substr(x,18)}\n"
    " else if(x+0>=1e11)x/=1e3\n"
    " return int(x*1e6+.5)}\n";

static const char awk_zeek_header[] =
    "/^#separator/{x=tolower($0);sub(/.*\\\\x/,\"\",x);y=\"0123456789abcdef\"\n"
    " FS=sprintf(\"%c\",16*index(y,substr(x,1,1))+index(y,substr(x,2,1))-17)}\n"
    "/^#fields/{split(\"\",c);for(i=2;i<=NF;i++)c[$i]=i-1}\n"
    "/^#path/{p=$2}\n"
    "/^#/{next}\n";

/* m(x): is x a peer, or of a /24 that is listed as "198.51.100."? */
static const char awk_networks[] =
    "function m(x){if(x in P)return 1\n"
    " return sub(/[.][0-9]+$/,\".\",x)&&(x in P)}\n";

static const char awk_zeek_row[] =
    "{k=v(\"tunnel_parents\");if(k!=\"-\"){n=split(k,a,\",\")\n"
    " for(i=1;i<=n;i++)C[a[i]]=1}\n"
    " o=v(\"id.orig_h\");r=v(\"id.resp_h\")\n";

/* Which side is the host? With networks among the peers: m(). */
static const char awk_zeek_sides[] =
    " if((o in H)&&(r in P))w=\"orig\"\n"
    " else if((r in H)&&(o in P))w=\"resp\";else next\n";
static const char awk_zeek_sides_networks[] =
    " if((o in H)&&m(r))w=\"orig\"\n"
    " else if((r in H)&&m(o))w=\"resp\";else next\n";

static const char awk_zeek_time[] =
    " s=t(v(\"ts\"));d=v(\"duration\");d=int(d*1e6+.5)\n"
    " if(!(d>=0&&d<=31622400000000))d=0\n";

static const char awk_zeek_dedup[] =
    " if(S[s,o,r,v(\"id.orig_p\"),v(\"id.resp_p\"),v(\"proto\")]++)next\n";

static const char awk_zeek_bytes[] = " B=q(b(w))\n";

/* Interim rows and tunnels are held: a conn row of the same uid, or an inner
 * row that names it as its parent, takes their place. */
static const char awk_zeek_sum[] =
    " u=v(\"uid\");x=substr($0,1,1)==\"{\"?v(\"_path\"):p\n"
    " if(u!=\"-\"&&(x~/conn_long|open_conn/||\\\n"
    "  (\",\" v(\"service\") \",\")~/,(teredo|vxlan|geneve|gtpv1|ayiya),/)){\n"
    "  if(!(u in D)||d>=D[u]){D[u]=d;L[u]=B}\n"
    "  next}\n"
    " C[u]=1;N+=B}\n"
    "END{for(u in L)if(!(u in C))N+=L[u];printf \"%.0f\",N\n";

/* Bytes of the names below a listed domain, each label with its dot: what
 * is before the longest end of the name that is listed. */
static const char awk_names[] =
    "{q=tolower(v(\"query\"));sub(/[.]$/,\"\",q);i=v(\"id.resp_p\")\n"
    " if(q==\"-\"||!(v(\"id.orig_h\") in H))next\n"
    " if(i==137||i==5353||i==5355)next\n"
    " s=t(v(\"ts\"));if(s<A||s>=Z)next\n";
static const char awk_names_dedup[] = " if(S[$0]++)next\n";
static const char awk_names_sum[] =
    " for(x=q;;x=substr(x,i+1)){if(x in P){N+=length(q)-length(x);break}\n"
    "  i=index(x,\".\");if(!i)break}}\n"
    "END{printf \"%.0f\",N\n";

static const char awk_end[] = " print \"\"}'\n";
static const char awk_end_missed[] = " printf \" %.0f\\n\",M}'\n";

/* Fields: 1 time, 2 protocols, 3-5 IPv4, 6-8 IPv6. The innermost packet is
 * the last one before ICMP, which quotes headers of others. */
static const char awk_capture_sum[] =
    "$1>=A&&$1<Z{n=split($2,q,\":\");x=y=l4=0\n"
    " for(i=1;i<=n&&q[i]!~/^icmp/;i++){if(q[i]==\"ip\"){x++;l4=1}\n"
    "  if(q[i]==\"ipv6\"){y++;l4=0}}\n"
    " if(x+y==0)next\n"
    " split($(l4?3:6),s,\",\");split($(l4?4:7),d,\",\");"
    "split($(l4?5:8),b,\",\")\n"
    " i=l4?x:y;";
static const char awk_capture_sides[] = "if((s[i] in H)&&(d[i] in P))";
static const char awk_capture_sides_networks[] = "if((s[i] in H)&&m(d[i]))";
static const char awk_capture_end[] = "N+=b[i]+(l4?0:40)}\n"
				      "END{printf \"%.0f\\n\",N}'\n";

static const char tshark_function[] =
    "(t() { tshark -n -r \"$1\" -o ip.defragment:FALSE -T fields \\\n"
    "  -e frame.time_epoch -e frame.protocols -e ip.src -e ip.dst -e ip.len "
    "\\\n"
    "  -e ipv6.src -e ipv6.dst -e ipv6.plen 2>/dev/null; }\n";

int
seep__recompute_selects(const struct seep_peer_bytes *peer)
{
	assert(peer != NULL);
	return peer->fold == SEEP_FOLD_NONE ||
	       (peer->fold == SEEP_FOLD_NETWORK &&
		seep_address_is_v4(&peer->peer));
}

static int
has_networks(const struct seep_finding *finding)
{
	for (size_t i = 0; i < finding->peers_count; i++)
		if (finding->peers[i].fold == SEEP_FOLD_NETWORK &&
		    seep__recompute_selects(&finding->peers[i]))
			return 1;
	return 0;
}

static int
selects_any(const struct seep_finding *finding)
{
	for (size_t i = 0; i < finding->peers_count; i++)
		if (seep__recompute_selects(&finding->peers[i]))
			return 1;
	return 0;
}

static int
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text);
	size_t end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* Which files of a directory are conn logs, or dns logs: as the reader takes
 * them. */
static const char conn_files[] =
    " -maxdepth 5 -type f \\\n"
    "    \\( -name 'conn[._]*' -o -name 'open_conn[._]*' \\) \\\n"
    "    \\( -name '*.log*' -o -name '*.json*' \\)";
static const char dns_files[] =
    " -maxdepth 5 -type f \\\n"
    "    \\( -name 'dns.*' -o -name 'dns_[0-9]*' \\) \\\n"
    "    \\( -name '*.log*' -o -name '*.json*' \\)";

/* A directory: as the reader searches it, compressed or not. */
static void
put_directory(struct seep__text *text, const char *path, const char *files)
{
	static const char *const ends[2] = {
	    " \\\n    ! -name '*.zst' -exec gzip -cdfq {} +;\n",
	    " \\\n    -name '*.zst' -exec zstd -cdq {} +;\n"};

	for (size_t i = 0; i < 2; i++) {
		seep__text_str(text, "  find ");
		seep__quote_path(text, path);
		seep__text_str(text, files);
		seep__text_str(text, ends[i]);
	}
}

/* "{ cat a; gzip -cdf b.gz; ...; }" */
static void
put_log_inputs(struct seep__text *text, const struct seep_report_opts *opts,
	       const char *files)
{
	assert(text != NULL);
	seep__text_str(text, "{\n");
	for (size_t i = 0; i < opts->inputs_count; i++) {
		const char *path = opts->inputs[i];

		if (strcmp(path, "-") != 0 && ends_with(path, "/")) {
			put_directory(text, path, files);
			continue;
		}
		if (ends_with(path, ".zst"))
			seep__text_str(text, "  zstd -cdq ");
		else if (ends_with(path, ".gz"))
			seep__text_str(text, "  gzip -cdq ");
		else
			seep__text_str(text, "  cat ");
		seep__quote_path(text, path);
		seep__text_str(text, ";\n");
	}
	seep__text_char(text, '}');
}

static void
put_capture_inputs(struct seep__text *text, const struct seep_report_opts *opts)
{
	assert(text != NULL);
	seep__text_str(text, tshark_function);
	for (size_t i = 0; i < opts->inputs_count; i++) {
		const char *path = opts->inputs[i];

		if (ends_with(path, ".zst")) {
			seep__text_str(text, "  zstd -cdq ");
			seep__quote_path(text, path);
			seep__text_str(text, " | t -\n");
			continue;
		}
		seep__text_str(text, "  t ");
		seep__quote_path(text, path);
		seep__text_char(text, '\n');
	}
	seep__text_char(text, ')');
}

/* struct list: addresses, as calls of l() that fill lines. */
struct list {
	struct seep__text *text;
	char name;
	size_t column; /* 0 = no call is open */
};

static void
close_list(struct list *list)
{
	assert(list != NULL);
	if (list->column > 0)
		seep__text_str(list->text, "\")\n");
	list->column = 0;
}

static void
put_listed_text(struct list *list, const char *name, size_t size)
{
	if (list->column + size + 3 > COMMAND_COLUMNS)
		close_list(list);
	if (list->column == 0) {
		seep__text_str(list->text, " l(");
		seep__text_char(list->text, list->name);
		seep__text_str(list->text, ",\"");
		list->column = 6;
	} else {
		seep__text_char(list->text, ' ');
		list->column++;
	}
	seep__text_add(list->text, name, size);
	list->column += size;
}

static void
put_listed(struct list *list, const struct seep_address *address)
{
	char name[SEEP_ADDRESS_TEXT_SIZE];

	put_listed_text(list, name, seep_address_format(address, name));
}

/* An IPv4 network of 24 bits by what its addresses begin with. */
static void
put_listed_network(struct list *list, const struct seep_address *base)
{
	char name[SEEP_ADDRESS_TEXT_SIZE];
	const size_t size = seep_address_format(base, name);

	assert(size > 1 && name[size - 1] == '0');
	put_listed_text(list, name, size - 1);
}

static void
put_hosts(struct list *list, const struct seep_report_opts *opts,
	  const struct seep_finding *finding, const struct seep_entity *entity)
{
	const struct seep_address *hosts = &finding->host.base;
	size_t count = 1;

	if (entity != NULL && entity->members_count > 0 &&
	    finding->host.prefix_bits < 128) {
		hosts = entity->members;
		count = entity->members_count;
	}
	for (size_t i = 0; i < count; i++) {
		put_listed(list, &hosts[i]);
		for (size_t k = 0; k < opts->aliases_count; k++) {
			const struct seep_report_alias *alias =
			    &opts->aliases[k];

			if (seep_address_compare(&alias->host, &hosts[i]) ==
				0 &&
			    seep_address_compare(&alias->address, &hosts[i]) !=
				0)
				put_listed(list, &alias->address);
		}
	}
	close_list(list);
}

/* BEGIN: who, with whom, when; times in units of 'unit_ns'. */
static void
put_begin(struct seep__text *text, const struct seep_report_opts *opts,
	  const struct seep_finding *finding, const struct seep_entity *entity,
	  int64_t unit_ns)
{
	struct list list = {.text = text, .name = 'H'};

	assert(finding->first_seen_ns >= 0);
	assert(finding->last_seen_ns >= finding->first_seen_ns);
	seep__text_str(text, "BEGIN{A=");
	seep__text_u64(text, (uint64_t)(finding->first_seen_ns / unit_ns));
	seep__text_str(text, ";Z=");
	seep__text_u64(text, (uint64_t)(finding->last_seen_ns / unit_ns));
	seep__text_char(text, '\n');
	put_hosts(&list, opts, finding, entity);
	list.name = 'P';
	for (size_t i = 0; i < finding->peers_count; i++) {
		const struct seep_peer_bytes *peer = &finding->peers[i];

		if (peer->is_name)
			put_listed_text(&list, peer->label,
					strlen(peer->label));
		else if (peer->fold == SEEP_FOLD_NONE)
			put_listed(&list, &peer->peer);
		else if (seep__recompute_selects(peer))
			put_listed_network(&list, &peer->peer);
	}
	close_list(&list);
	seep__text_str(text, "}\n");
}

/* Bytes that the sensor missed, by the same rule as the reader's; link_us is
 * what the link carries in a microsecond. */
static void
put_missed(struct seep__text *text, const struct seep_report_opts *opts)
{
	uint64_t link = opts->link_bits_per_s;

	if (link == 0)
		link = LINK_BITS_PER_S;
	seep__text_str(text, " y=e(\"orig\")+e(\"resp\");x=v(\"history\")\n"
			     " if(x~/S/&&x~/h/&&v(\"missed_bytes\")+0>=y&&y<=");
	seep__text_u64(text, link / 8);
	seep__text_str(text, "*d/1e6)M+=q(e(w))\n");
}

/* What the commands for conn and dns logs begin with. */
static void
put_log_start(struct seep__text *text, const struct seep_report_opts *opts,
	      const struct seep_finding *finding,
	      const struct seep_entity *entity, const char *files)
{
	put_log_inputs(text, opts, files);
	seep__text_str(text, " | awk -F'\\t' '\n");
	seep__text_str(text, awk_lists);
	if (has_networks(finding))
		seep__text_str(text, awk_networks);
	put_begin(text, opts, finding, entity, NS_PER_US);
	seep__text_str(text, opts->input_kind == SEEP_INPUT_ZEEK_TSV
				 ? awk_value_tsv
				 : awk_value_json);
}

static void
put_zeek(struct seep__text *text, const struct seep_report_opts *opts,
	 const struct seep_finding *finding, const struct seep_entity *entity)
{
	assert(text != NULL);
	put_log_start(text, opts, finding, entity, conn_files);
	seep__text_str(text, awk_zeek_functions);
	seep__text_str(text, awk_zeek_header);
	seep__text_str(text, awk_zeek_row);
	seep__text_str(text, has_networks(finding) ? awk_zeek_sides_networks
						   : awk_zeek_sides);
	seep__text_str(text, awk_zeek_time);
	if (opts->input_flags & SEEP_INPUT_DEDUP)
		seep__text_str(text, awk_zeek_dedup);
	seep__text_str(text, awk_zeek_bytes);
	if (finding->bytes_missed > 0)
		put_missed(text, opts);
	seep__text_str(text, awk_zeek_sum);
	seep__text_str(text,
		       finding->bytes_missed > 0 ? awk_end_missed : awk_end);
}

/* A name that awk can be given as it is: no escape, no stand-in. */
static int
is_plain_name(const struct seep_peer_bytes *peer)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	return peer->is_name && peer->label != NULL && peer->label[0] != '\0' &&
	       peer->label[strspn(peer->label, plain)] == '\0';
}

static size_t
count_names(const struct seep_finding *finding)
{
	size_t names = 0;

	for (size_t i = 0; i < finding->peers_count; i++)
		names += finding->peers[i].is_name != 0;
	return names;
}

/* Addresses and names have no sum, and captures no log of names. */
static int
names_can_be_told(const struct seep_report_opts *opts,
		  const struct seep_finding *finding)
{
	if (opts->input_kind != SEEP_INPUT_ZEEK_TSV &&
	    opts->input_kind != SEEP_INPUT_ZEEK_JSON)
		return 0;
	for (size_t i = 0; i < finding->peers_count; i++)
		if (!is_plain_name(&finding->peers[i]))
			return 0;
	return 1;
}

static void
put_names(struct seep__text *text, const struct seep_report_opts *opts,
	  const struct seep_finding *finding, const struct seep_entity *entity)
{
	assert(text != NULL);
	put_log_start(text, opts, finding, entity, dns_files);
	seep__text_str(text, awk_zeek_header);
	seep__text_str(text, awk_names);
	if (opts->input_flags & SEEP_INPUT_DEDUP)
		seep__text_str(text, awk_names_dedup);
	seep__text_str(text, awk_names_sum);
	seep__text_str(text, awk_end);
}

static void
put_capture(struct seep__text *text, const struct seep_report_opts *opts,
	    const struct seep_finding *finding,
	    const struct seep_entity *entity)
{
	assert(text != NULL);
	put_capture_inputs(text, opts);
	seep__text_str(text, " | awk -F'\\t' '\n");
	seep__text_str(text, awk_lists);
	if (has_networks(finding))
		seep__text_str(text, awk_networks);
	put_begin(text, opts, finding, entity, NS_PER_S);
	seep__text_str(text, awk_capture_sum);
	seep__text_str(text, has_networks(finding) ? awk_capture_sides_networks
						   : awk_capture_sides);
	seep__text_str(text, awk_capture_end);
}

int
seep__recompute(struct seep__text *text, const struct seep_report_opts *opts,
		const struct seep_finding *finding,
		const struct seep_entity *entity)
{
	assert(text != NULL);
	assert(opts != NULL);
	assert(finding != NULL);
	if (opts->inputs_count == 0 || !selects_any(finding))
		return 0;
	if (count_names(finding) > 0) {
		if (!names_can_be_told(opts, finding))
			return 0;
		put_names(text, opts, finding, entity);
		return 1;
	}
	if (opts->input_kind == SEEP_INPUT_ZEEK_TSV ||
	    opts->input_kind == SEEP_INPUT_ZEEK_JSON)
		put_zeek(text, opts, finding, entity);
	else if (opts->input_kind == SEEP_INPUT_CAPTURE)
		put_capture(text, opts, finding, entity);
	else
		return 0;
	return 1;
}
