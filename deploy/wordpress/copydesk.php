<?php
/**
 * Plugin Name: Copydesk
 * Description: Sends each post that is published, changed or taken back to a Copydesk, and loses none while the desk is away.
 * Version: 0.1.0
 * Requires at least: 6.0
 * Requires PHP: 7.4
 * License: Apache-2.0
 *
 * Put this file into wp-content/mu-plugins/ and say in wp-config.php where the desk is:
 *
 *     define( 'COPYDESK_URL', 'https://desk.example' );
 *     define( 'COPYDESK_KEY', 'cd_hue-daily_…' );
 *
 * What is to be sent stands in a row of the options table, one for each post, until the desk has answered for it: the
 * desk gets a post as it is when it is sent. It is tried when a request ends, and each minute by WordPress' own cron.
 */

namespace Copydesk;

defined( 'ABSPATH' ) || exit;

const PENDING  = 'copydesk_pending_';
const SENT     = '_copydesk_sent';
const HOOK     = 'copydesk_send';
const AT_ONCE  = 20;
const WAIT_S   = 10;
const LONGEST  = 3600;
const NO_TRIES = array( 'tries' => 0, 'due' => 0, 'error' => '' );

add_action( 'wp_after_insert_post', __NAMESPACE__ . '\note_change', 10, 2 );
add_action( 'before_delete_post', __NAMESPACE__ . '\note_deletion', 10, 2 );
add_action( HOOK, __NAMESPACE__ . '\send_pending' );
add_action( 'init', __NAMESPACE__ . '\schedule' );
add_action( 'admin_notices', __NAMESPACE__ . '\show_trouble' );
add_filter( 'cron_schedules', __NAMESPACE__ . '\add_minute' );

/** Once a post is saved with its terms and meta: published, changed, trashed, scheduled and now due. */
function note_change( int $id, \WP_Post $post ): void {
	if ( is_ours( $post ) && ( is_public( $post ) || is_known( $id ) ) ) {
		keep_pending( $id, is_public( $post ) ? get_permalink( $post ) : '' );
	}
}

/** A post that is deleted for good takes its meta with it: what the desk knows it by goes into the row. */
function note_deletion( int $id, \WP_Post $post ): void {
	if ( is_ours( $post ) && is_known( $id ) ) {
		keep_pending( $id );
	}
}

/** Whether the desk may have it: it has answered, or was asked and its answer is still awaited. */
function is_known( int $id ): bool {
	return get_post_meta( $id, SENT, true ) || null !== read_row( PENDING . $id );
}

function is_ours( \WP_Post $post ): bool {
	return in_array( $post->post_type, apply_filters( 'copydesk_post_types', array( 'post' ) ), true );
}

function is_public( \WP_Post $post ): bool {
	return 'publish' === $post->post_status && '' === $post->post_password;
}

/** Versions grow with every change, also with two in one moment and with a clock that went back. */
function keep_pending( int $id, string $uri = '' ): void {
	$name    = PENDING . $id;
	$before  = read_row( $name );
	$sent    = get_post_meta( $id, SENT, true ) ?: ( $before['sent'] ?? array() );
	$last    = max( (int) ( $before['version'] ?? 0 ), (int) ( $sent['version'] ?? 0 ) );
	$version = max( (int) ( microtime( true ) * 1000 ), $last + 1 );
	$uri     = $uri ?: ( $before['uri'] ?? '' );
	write_row( $name, array( 'id' => $id, 'uri' => $uri, 'version' => $version, 'sent' => $sent ) + NO_TRIES );
	if ( ! has_action( 'shutdown', __NAMESPACE__ . '\send_at_end' ) ) {
		add_action( 'shutdown', __NAMESPACE__ . '\send_at_end' );
	}
}

/** The editor has the answer first, where PHP can do that. */
function send_at_end(): void {
	if ( function_exists( 'fastcgi_finish_request' ) ) {
		fastcgi_finish_request();
	}
	send_pending();
}

/** Send what is due. Two senders at once do no harm: the desk knows the request by its key. */
function send_pending(): void {
	global $wpdb;
	if ( ! defined( 'COPYDESK_URL' ) || ! defined( 'COPYDESK_KEY' ) ) {
		return;
	}
	$names = $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s ORDER BY option_id", $wpdb->esc_like( PENDING ) . '%' ) );
	$left  = AT_ONCE;
	foreach ( $names as $name ) {
		$row = read_row( $name );
		if ( null === $row || $row['due'] > time() ) {
			continue;
		}
		if ( 0 === $left-- || ! send( $name, $row ) ) {
			return;
		}
	}
}

/** Send one post; false where the desk is away, and the others need not be tried now. */
function send( string $name, array $row ): bool {
	$post = get_post( $row['id'] );
	$live = $post instanceof \WP_Post && is_public( $post );
	$target = $row['sent']['article'] ?? $row['uri'];
	$url    = rtrim( COPYDESK_URL, '/' ) . '/v1/articles/' . rawurlencode( $target );
	$answer = wp_remote_request( $url, $live ? publication( $post, $row ) : withdrawal( $post, $row ) );
	$status = (int) wp_remote_retrieve_response_code( $answer );
	$told   = json_decode( wp_remote_retrieve_body( $answer ), true ) ?: array();
	if ( $status >= 200 && $status < 300 ) {
		note_sent( $post, $row, $told, $live );
		drop_row( $name, $row );
		return true;
	}
	if ( ! $live && in_array( $status, array( 404, 410 ), true ) ) {
		drop_row( $name, $row );
		return true;
	}
	return put_off( $name, $row, $answer, $status, $told );
}

/** The desk knows a newer version where this site was restored from a backup: the next try names a greater one. */
function put_off( string $name, array $row, $answer, int $status, array $told ): bool {
	$later = $row;
	if ( 409 === $status && ctype_digit( (string) ( $told['storedVersion'] ?? '' ) ) ) {
		$later['version'] = max( $row['version'], (int) $told['storedVersion'] ) + 1;
	}
	$wait           = (int) wp_remote_retrieve_header( $answer, 'retry-after' ) ?: min( 10 * 2 ** $row['tries'], LONGEST );
	$later['tries'] = min( $row['tries'] + 1, 20 );
	$later['due']   = time() + ( $later['version'] > $row['version'] ? 0 : $wait );
	$later['error'] = is_wp_error( $answer ) ? $answer->get_error_message() : $status . ' ' . ( $told['detail'] ?? $told['title'] ?? '' );
	replace_row( $name, $row, $later );
	error_log( "Copydesk: post {$row['id']} was not taken, it is sent again: {$later['error']}" );
	return $status >= 400 && $status < 500 && ! in_array( $status, array( 401, 403, 408, 429 ), true );
}

function note_sent( ?\WP_Post $post, array $row, array $told, bool $live ): void {
	if ( $post instanceof \WP_Post ) {
		$article = $told['article'] ?? $row['sent']['article'] ?? '';
		update_post_meta( $post->ID, SENT, array( 'article' => $article, 'version' => $row['version'] ) );
	}
}

function publication( \WP_Post $post, array $row ): array {
	return array(
		'method'  => 'PUT',
		'timeout' => WAIT_S,
		'headers' => array(
			'Authorization'   => 'Bearer ' . COPYDESK_KEY,
			'Content-Type'    => 'application/ninjs+json',
			'Idempotency-Key' => idempotency_key( $row, 'put' ),
		),
		'body'    => wp_json_encode( apply_filters( 'copydesk_article', ninjs( $post, $row['version'] ), $post ) ),
	);
}

function withdrawal( ?\WP_Post $post, array $row ): array {
	$reason = $post instanceof \WP_Post ? "It is {$post->post_status} at its publisher" : 'Deleted by its publisher';
	return array(
		'method'  => 'DELETE',
		'timeout' => WAIT_S,
		'headers' => array(
			'Authorization'   => 'Bearer ' . COPYDESK_KEY,
			'Content-Type'    => 'application/json',
			'Idempotency-Key' => idempotency_key( $row, 'delete' ),
		),
		'body'    => wp_json_encode( array( 'reason' => $reason ) ),
	);
}

/** The same change sent twice is done once; a post that was changed since has another version, and so another key. */
function idempotency_key( array $row, string $act ): string {
	return md5( home_url() ) . "-{$row['id']}-{$row['version']}-$act";
}

/** The post as IPTC ninjs 3: its address, dates, people, terms and the text as readers of the page get it. */
function ninjs( \WP_Post $post, int $version ): array {
	$article = array(
		'uri'            => get_permalink( $post ),
		'version'        => (string) $version,
		'type'           => 'text',
		'language'       => get_bloginfo( 'language' ),
		'firstCreated'   => get_post_datetime( $post, 'date', 'gmt' )->format( DATE_ATOM ),
		'versionCreated' => get_post_datetime( $post, 'modified', 'gmt' )->format( DATE_ATOM ),
		'headlines'      => array( array( 'role' => 'main', 'value' => plain( get_the_title( $post ) ) ) ),
		'bodies'         => array( array( 'contentType' => 'text/html', 'value' => body_of( $post ) ) ),
		'people'         => array( array( 'name' => get_the_author_meta( 'display_name', $post->post_author ), 'rel' => 'author' ) ),
		'subjects'       => subjects_of( $post ),
	);
	if ( has_excerpt( $post ) ) {
		$article['descriptions'] = array( array( 'role' => 'summary', 'value' => plain( get_the_excerpt( $post ) ) ) );
	}
	return array_filter( $article );
}

/** Blocks and shortcodes are carried out as on the post's own page; the picture above the text goes first. */
function body_of( \WP_Post $post ): string {
	$before          = $GLOBALS['post'] ?? null;
	$GLOBALS['post'] = $post;
	setup_postdata( $post );
	$body = apply_filters( 'the_content', $post->post_content );
	if ( has_post_thumbnail( $post ) ) {
		$caption = get_the_post_thumbnail_caption( $post );
		$body    = '<figure>' . get_the_post_thumbnail( $post, 'full' ) . ( $caption ? "<figcaption>$caption</figcaption>" : '' ) . '</figure>' . $body;
	}
	$GLOBALS['post'] = $before;
	wp_reset_postdata();
	return $body;
}

function subjects_of( \WP_Post $post ): array {
	$terms = array_merge( get_the_tags( $post->ID ) ?: array(), get_the_category( $post->ID ) );
	$terms = array_filter( $terms, fn ( $term ) => (int) get_option( 'default_category' ) !== $term->term_id );
	return array_values( array_map( fn ( $term ) => array( 'name' => plain( $term->name ) ), $terms ) );
}

function plain( string $text ): string {
	return trim( html_entity_decode( wp_strip_all_tags( $text ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ) );
}

/** Rows are read and written past the cache of options: other requests change them too. */
function read_row( string $name ): ?array {
	global $wpdb;
	$value = $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", $name ) );
	return null === $value ? null : json_decode( $value, true );
}

function write_row( string $name, array $row ): void {
	global $wpdb;
	$wpdb->query( $wpdb->prepare( "INSERT INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no') ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)", $name, wp_json_encode( $row ) ) );
}

/** Only as it was read: what was changed meanwhile is still to be sent. */
function drop_row( string $name, array $row ): void {
	global $wpdb;
	$wpdb->delete( $wpdb->options, array( 'option_name' => $name, 'option_value' => wp_json_encode( $row ) ) );
}

function replace_row( string $name, array $row, array $later ): void {
	global $wpdb;
	$wpdb->update( $wpdb->options, array( 'option_value' => wp_json_encode( $later ) ), array( 'option_name' => $name, 'option_value' => wp_json_encode( $row ) ) );
}

function schedule(): void {
	if ( ! wp_next_scheduled( HOOK ) ) {
		wp_schedule_event( time() + 60, 'copydesk_minute', HOOK );
	}
}

function add_minute( array $schedules ): array {
	return $schedules + array( 'copydesk_minute' => array( 'interval' => 60, 'display' => 'Each minute (Copydesk)' ) );
}

/** Who may edit others' posts sees what the desk has not taken, and why. */
function show_trouble(): void {
	global $wpdb;
	if ( ! current_user_can( 'edit_others_posts' ) ) {
		return;
	}
	$rows = $wpdb->get_col( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name LIKE %s ORDER BY option_id", $wpdb->esc_like( PENDING ) . '%' ) );
	$rows = array_filter( array_map( fn ( $value ) => json_decode( $value, true ), $rows ), fn ( $row ) => '' !== ( $row['error'] ?? '' ) );
	if ( $rows ) {
		$first = reset( $rows );
		$text  = sprintf( 'Copydesk has not taken %d post(s) yet; they are sent again. Post %d: %s', count( $rows ), $first['id'], $first['error'] );
		echo '<div class="notice notice-warning"><p>' . esc_html( $text ) . '</p></div>';
	}
}

/** All published posts, for a desk that begins: `wp eval 'Copydesk\send_all();'`. */
function send_all(): void {
	foreach ( get_posts( array( 'numberposts' => -1, 'fields' => 'ids', 'post_type' => apply_filters( 'copydesk_post_types', array( 'post' ) ) ) ) as $id ) {
		keep_pending( $id, get_permalink( $id ) );
	}
}
