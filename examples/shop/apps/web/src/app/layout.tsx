import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { parseWishes, wishesCookie } from '../wishes';
import './style.css';

export const metadata: Metadata = { title: 'Shop', description: 'The demo of Landfall.' };

export default async function Layout({ children }: { readonly children: ReactNode }) {
  const wishes = parseWishes((await cookies()).get(wishesCookie)?.value);
  return (
    <html lang="en">
      <body>
        <header>
          <Link href="/">Shop</Link>
          <span>{wishes.length === 1 ? '1 wish' : `${wishes.length} wishes`}</span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
