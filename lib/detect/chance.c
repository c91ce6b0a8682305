/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/chance.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include <seep/detect.h>

/* ln 2 in two parts: the first has 32 bits, so that its product with an
 * exponent is exact. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define LOG2_E 0x1.71547652b82fep+0
#define SQRT2 0x1.6a09e667f3bcdp+0

/* Beyond e to the 700 doubles end soon (709); below -700 they begin to lose
 * digits. No score comes near. */
#define EXP_MAX 700

static double
double_of(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* Splits x > 0 into a mantissa in [sqrt(1/2), sqrt(2)) and an exponent. */
static double
split(double x, int *exponent)
{
	uint64_t bits;

	*exponent = -1023;
	if (x < 0x1p-1022) {
		x *= 0x1p54;
		*exponent -= 54;
	}
	memcpy(&bits, &x, sizeof(bits));
	*exponent += (int)(bits >> 52);
	x = double_of((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023)
							       << 52);
	if (x >= SQRT2) {
		x *= 0.5;
		++*exponent;
	}
	return x;
}

double
seep__ln(double x)
{
	int exponent;
	double m;
	double s;
	double square;
	double sum = 0;

	assert(x > 0);
	m = split(x, &exponent);
	/* ln m = 2 atanh s; s^2 < 0.0295, so that the term after s^23/23 is
	 * below 2^-59 of the first. */
	s = (m - 1) / (m + 1);
	square = s * s;
	for (int k = 23; k >= 3; k -= 2)
		sum = (sum + 1.0 / k) * square;
	return exponent * LN2_HIGH +
	       (2 * s + (2 * s * sum + exponent * LN2_LOW));
}

double
seep__exp(double x)
{
	double rest;
	double sum = 1;
	int k;

	if (x < -EXP_MAX)
		return 0;
	if (x > EXP_MAX)
		x = EXP_MAX;
	k = (int)(x * LOG2_E + (x < 0 ? -0.5 : 0.5));
	rest = x - k * LN2_HIGH - k * LN2_LOW;
	/* |rest| < 0.35: the term after rest^14/14! is below 2^-60. */
	for (int n = 14; n >= 1; n--)
		sum = 1 + sum * rest / n;
	return sum * double_of((uint64_t)(1023 + k) << 52);
}

double
seep__score(double g, double dof)
{
	assert(dof > 0);
	if (!(g > 0))
		return 0;
	return (dof + 1) / 2 * seep__ln(1 + g * g / dof);
}

double
seep__score_g(double score, double dof)
{
	assert(dof > 0);
	if (!(score > 0))
		return 0;
	return sqrt(dof * (seep__exp(2 * score / (dof + 1)) - 1));
}

/*
 * The shipped tail, by stratum and statistic: a score of s is reached
 * exp(intercept - slope s) times in a clean entity-year. Fitted by
 * bench/detection/calibrate.c to 464 entity-years of steady worlds of seven
 * noises (seeds 100 to 113); theory has a slope of 1 for a variance that is
 * known. Where too few crossings were seen to fit a line, it is set to lie
 * above all of them; partners are taken to be like everybody.
 * A larger intercept or a smaller slope asks for more evidence before an
 * alarm; chance alarms fall, and every floor rises.
 */
static const struct seep__chance
    shipped[SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT] = {
	[SEEP_STRATUM_ALL] = {{4.80, 0.865},
			      {2.98, 0.612},
			      {2.70, 0.576},
			      {3.64, 0.814}},
	[SEEP_STRATUM_PUSH] = {{4.50, 0.791},
			       {3.18, 0.646},
			       {2.97, 0.574},
			       {3.64, 0.857}},
	[SEEP_STRATUM_PULL] = {{4.89, 0.937},
			       {4.64, 0.991},
			       {3.05, 0.538},
			       {3.30, 0.608}},
	[SEEP_STRATUM_NEW_PUSH] = {{2.50, 1.000},
				   {2.30, 1.000},
				   {2.50, 0.538},
				   {0.30, 0.450}},
	[SEEP_STRATUM_NEW_PULL] = {{4.30, 1.000},
				   {4.39, 0.947},
				   {3.25, 0.574},
				   {1.40, 0.321}},
	[SEEP_STRATUM_RARE_PUSH] = {{3.00, 0.500},
				    {3.55, 0.689},
				    {3.02, 0.376},
				    {0.30, 0.450}},
	[SEEP_STRATUM_RARE_PULL] = {{4.42, 0.850},
				    {4.19, 0.888},
				    {3.11, 0.619},
				    {3.37, 0.579}},
	[SEEP_STRATUM_PARTNER] = {{4.80, 0.865},
				  {2.98, 0.612},
				  {2.70, 0.576},
				  {3.64, 0.814}},
	[SEEP_STRATUM_WEB] = {{4.64, 0.837},
			      {2.89, 0.606},
			      {3.07, 0.588},
			      {3.03, 0.757}},
	[SEEP_STRATUM_MAIL] = {{4.44, 0.806},
			       {3.95, 0.829},
			       {3.34, 0.612},
			       {2.76, 0.579}},
	[SEEP_STRATUM_FILE] = {{3.60, 1.000},
			       {3.10, 1.000},
			       {5.00, 0.600},
			       {1.07, 0.365}},
	[SEEP_STRATUM_DNS] = {{3.12, 0.890},
			      {0.30, 0.400},
			      {0.30, 0.400},
			      {0.30, 0.400}},
	[SEEP_STRATUM_NTP] = {{1.33, 0.357},
			      {1.00, 0.400},
			      {1.00, 0.450},
			      {1.00, 0.450}},
	[SEEP_STRATUM_ICMP] = {{3.35, 0.936},
			       {1.00, 0.400},
			       {1.00, 0.450},
			       {1.00, 0.450}},
	[SEEP_STRATUM_OTHER] = {{3.67, 0.672},
				{4.17, 0.857},
				{4.08, 0.842},
				{4.33, 0.933}},
	[SEEP_STRATUM_NAMES_NEW] = {{3.00, 1.000},
				    {2.76, 1.000},
				    {2.69, 0.496},
				    {1.00, 0.600}},
	[SEEP_STRATUM_NAMES_RARE] = {{3.00, 1.000},
				     {4.55, 0.775},
				     {5.56, 0.547},
				     {1.00, 0.600}},
};

/*
 * What clients push to rare peers is nothing for weeks and then one visit,
 * whose day is as far out as a day can be: their tail ends in a shelf that
 * servers do not have. Of the same sites the 279 years of servers alone. With
 * the tail of all together a leak in office hours to one rare peer had to be
 * ten times as large on a tenth of the servers.
 */
static const struct seep__chance server_rare_push[SEEP_STATISTIC_COUNT] = {
    {3.63, 0.628}, {3.74, 0.673}, {3.63, 0.400}, {0.30, 0.450}};

/*
 * What is pulled from a web server comes from many and every day; what is
 * pulled from others (VPN, archives) comes in days of a few: the quiet hours
 * of the former are the more regular. 179 years of web servers alone (seeds
 * 200 to 213). In all other strata roles are within each other's error.
 */
static const struct seep__chance web_pull[3][SEEP_STATISTIC_COUNT] = {
    {{5.66, 1.000}, {4.57, 0.957}, {3.72, 0.750}, {3.84, 0.891}},
    {{5.08, 1.000}, {4.40, 1.000}, {3.73, 0.824}, {4.83, 1.000}},
    {{4.80, 0.896}, {5.02, 1.000}, {3.78, 0.740}, {4.75, 1.000}},
};

struct seep__chance
seep__chance_shipped(int role, uint32_t stratum, uint32_t statistic)
{
	assert(stratum < SEEP_STRATUM_COUNT);
	assert(statistic < SEEP_STATISTIC_COUNT);
	if (role == SEEP_ROLE_WEB_SERVER && stratum == SEEP_STRATUM_PULL)
		return web_pull[0][statistic];
	if (role == SEEP_ROLE_WEB_SERVER && stratum == SEEP_STRATUM_NEW_PULL)
		return web_pull[1][statistic];
	if (role == SEEP_ROLE_WEB_SERVER && stratum == SEEP_STRATUM_RARE_PULL)
		return web_pull[2][statistic];
	if (role != SEEP_ROLE_NONE && role != SEEP_ROLE_GROUP &&
	    stratum == SEEP_STRATUM_RARE_PUSH)
		return server_rare_push[statistic];
	return shipped[stratum][statistic];
}

double
seep__chance_rate(const struct seep__chance *chance, double score)
{
	return seep__exp(chance->intercept - chance->slope * score);
}

double
seep__chance_score(const struct seep__chance *chance, double rate)
{
	assert(rate > 0 && chance->slope > 0);
	return (chance->intercept - seep__ln(rate)) / chance->slope;
}
